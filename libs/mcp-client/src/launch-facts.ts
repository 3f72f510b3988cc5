import type { InspectionTarget, LaunchFacts } from './inspection.js';

const SECRET_NAME = /key|token|secret|passw|credential|auth/i;
const REDACTED = '[redacted]';
/** `--api-key=VALUE`, `API_KEY=VALUE`. */
const ASSIGNMENT = /^(?<name>-{0,2}[\w.-]+)=(?<value>.+)$/s;
/** `postgres://user:VALUE@host`. */
const URL_PASSWORD = /(?<before>:\/\/[^/\s:@]*:)(?<value>[^/\s@]+)(?=@)/g;

/** How a target was reached, without any secret. */
export function launchFactsOf(target: InspectionTarget): LaunchFacts {
  if (target.transport !== 'stdio') {
    const named = Object.keys(target.headers ?? {}).length > 0;
    return { transport: target.transport, credential: named ? 'header' : 'none' };
  }
  const args = scanArguments(target.args);
  const secretive = args.secrets.length > 0 || environmentSecrets(target.env).length > 0;
  const { command } = target;
  return { transport: 'stdio', command, args: args.shown, credential: secretive ? 'environment' : 'none' };
}

/** Values that must never be kept: credentials in headers (with and without their scheme), environment and arguments. */
export function secretsOf(target: InspectionTarget): string[] {
  const values =
    target.transport === 'stdio'
      ? [...environmentSecrets(target.env), ...scanArguments(target.args).secrets]
      : Object.values(target.headers ?? {}).flatMap((value) => [value, ...value.split(' ').slice(1)]);
  // Short values would blank out ordinary words; the longest go first, so that no tail of one is left behind.
  return values.filter((value) => value.length >= 6).sort((a, b) => b.length - a.length);
}

function environmentSecrets(env: Record<string, string> = {}): string[] {
  return Object.entries(env).flatMap(([name, value]) => (SECRET_NAME.test(name) ? [value] : []));
}

/** Arguments with everything blanked out that is named like a secret, and what was blanked out. */
function scanArguments(args: readonly string[]): { shown: string[]; secrets: string[] } {
  const secrets: string[] = [];
  const hide = (value: string): string => {
    secrets.push(value);
    return REDACTED;
  };
  const shown = args.map((arg, index) => {
    const before = args[index - 1] ?? '';
    const namesSecret = /^--?[\w.-]+$/.test(before) && SECRET_NAME.test(before);
    if (namesSecret && !arg.startsWith('-')) return hide(arg);
    const { name = '', value = '' } = ASSIGNMENT.exec(arg)?.groups ?? {};
    if (value !== '' && SECRET_NAME.test(name)) return `${name}=${hide(value)}`;
    return arg.replace(URL_PASSWORD, (_all, prefix: string, password: string) => `${prefix}${hide(password)}`);
  });
  return { shown, secrets };
}
