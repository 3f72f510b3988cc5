import type { ServerPage } from './server-pages.read-model.prisma.js';

/** A server's page for people and models. What owners wrote stays text: it cannot make headings, links or code of its own. */
export function serverMarkdown(page: ServerPage): string {
  const lines = [
    `# ${plain(page.title ?? page.name)}`,
    '',
    plain(page.description),
    '',
    `- Name: \`${code(page.name)}\``,
    `- Owner: ${plain(page.owner)}`,
    `- Contact: ${page.contact === null ? 'none' : plain(page.contact)}`,
    `- Prefix of its tools at the gateway: \`${code(page.alias)}__\``,
    '',
    '## Versions',
    '',
    ...page.versions.map(versionLine),
    '',
    page.speaks === null ? '## Tools' : `## Tools of ${plain(page.speaks)}`,
    '',
    ...page.tools.map(toolLine),
    ...(page.tools.length === 0 ? ['None known: the server was not inspected yet, or offers none.'] : []),
    ...(page.moreTools ? ['', 'There are more; search for them.'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function versionLine({ version, state, latest, quarantined }: ServerPage['versions'][number]): string {
  return `- ${plain(version)}: ${state.replace('_', ' ')}${latest ? ', latest' : ''}${quarantined ? ', quarantined' : ''}`;
}

function toolLine({ name, description, readOnly, destructive }: ServerPage['tools'][number]): string {
  const kind = readOnly ? 'read-only' : destructive ? 'destructive' : 'writes';
  return `- \`${code(name)}\` (${kind})${description === null ? '' : `: ${plain(description)}`}`;
}

const plain = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_{}[\]<>#|!]/g, '\\$&');
const code = (text: string): string => text.replace(/[`\s]+/g, ' ');
