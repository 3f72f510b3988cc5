import { usage } from '../errors/failure.js';
import { splitCommand } from './split-command.js';

/** A version by name. */
export type VersionName = { server: string; version: string };

/** What a command is about: one grammar everywhere. */
export type Target =
  | { kind: 'stdin' }
  | { kind: 'file'; path: string }
  | { kind: 'url'; url: string }
  | { kind: 'socket'; url: string }
  | { kind: 'unix'; socketPath: string; path: string }
  | { kind: 'stdio'; command: string; args: string[] }
  | ({ kind: 'registry' } & VersionName)
  | { kind: 'environment'; server: string; environment: string };

const GRAMMAR =
  'A target is a file, http(s)://host/mcp, ws(s)://host/mcp, unix:/path.sock, "stdio:CMD ARGS", registry:name@version, registry:name@env:production, or - for standard input.';

/** Reads a target; `rest` are further words of a `stdio:` command given without quotes. */
export function parseTarget(text: string, rest: readonly string[] = []): Target {
  if (rest.length > 0 && !text.startsWith('stdio:')) throw invalid(`"${rest.join(' ')}" is one argument too many.`);
  if (text === '-') return { kind: 'stdin' };
  if (text.startsWith('stdio:')) return stdioTarget(text.slice('stdio:'.length), rest);
  if (text.startsWith('registry:')) return registryTarget(text.slice('registry:'.length));
  if (/^https?:\/\//i.test(text)) return { kind: 'url', url: checkedUrl(text) };
  if (/^wss?:\/\//i.test(text)) return { kind: 'socket', url: checkedUrl(text) };
  if (text.startsWith('unix:')) return unixTarget(text.slice('unix:'.length));
  // A drive letter is no scheme; everything else before :// is one that nobody here speaks.
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) throw invalid(`"${text}" has a scheme that is not known.`);
  if (text === '') throw invalid('The target is empty.');
  return { kind: 'file', path: text };
}

/** Reads NAME@VERSION, with or without `registry:` in front; the version is what follows the last `@`. */
export function parseVersionName(text: string): VersionName {
  const name = text.startsWith('registry:') ? text.slice('registry:'.length) : text;
  const at = name.lastIndexOf('@');
  if (at < 1 || at === name.length - 1 || /\s/.test(name)) {
    throw usage(`"${text}" is not NAME@VERSION.`, 'Write it as com.acme/weather@1.2.0.', 'INVALID_VERSION_NAME');
  }
  return { server: name.slice(0, at), version: name.slice(at + 1) };
}

function registryTarget(name: string): Target {
  const environment = /^(?<server>[^@\s]+)@env:(?<environment>[^@\s]+)$/.exec(name)?.groups;
  if (environment !== undefined) {
    return { kind: 'environment', server: environment['server'] ?? '', environment: environment['environment'] ?? '' };
  }
  return { kind: 'registry', ...parseVersionName(name) };
}

function stdioTarget(text: string, rest: readonly string[]): Target {
  const [command, ...args] = splitCommand(text);
  if (command === undefined) throw invalid('A stdio: target names no command.');
  return { kind: 'stdio', command, args: [...args, ...rest] };
}

/** `unix:/run/mcp.sock`, or `unix:/run/mcp.sock:/other` where the endpoint is not `/mcp`. */
function unixTarget(text: string): Target {
  const { socketPath = '', path = '/mcp' } = /^(?<socketPath>\/[^:]+)(?::(?<path>\/.*))?$/.exec(text)?.groups ?? {};
  if (socketPath === '') throw invalid('A unix: target names no absolute path of a socket.');
  return { kind: 'unix', socketPath, path };
}

function checkedUrl(text: string): string {
  if (!URL.canParse(text)) throw invalid(`"${text}" is not a URL.`);
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw usage(
      'The URL contains credentials.',
      'Pass them as --header "Authorization: Bearer ..." instead.',
      'INVALID_TARGET',
    );
  }
  return text;
}

function invalid(message: string) {
  return usage(message, GRAMMAR, 'INVALID_TARGET');
}
