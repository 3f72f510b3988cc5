import { usage } from './errors/failure.js';

/** The options of one call as commander read them, by their camel-case names, each asked for by its kind. */
export class CommandOptions {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  /** A text, undefined when not given. */
  text(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** A text that must be given; `flag` is how a person writes it. */
  required(name: string, flag: string): string {
    const value = this.text(name)?.trim();
    if (value) return value;
    throw usage(`${flag} is missing or empty.`, `Add ${flag} VALUE.`);
  }

  /** True when the flag is there. */
  flag(name: string): boolean {
    return this.values[name] === true;
  }

  /** True when the negated flag (`--no-x`) is there. */
  negated(name: string): boolean {
    return this.values[name] === false;
  }

  /** All values of a repeatable option. */
  list(name: string): string[] {
    const value = this.values[name];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** KEY=VALUE pairs of a repeatable option. */
  pairs(name: string, flag: string): Record<string, string> {
    const pairs = this.list(name).map((text): [string, string] => {
      const at = text.indexOf('=');
      if (at < 1 || at === text.length - 1)
        throw usage(`${flag} ${text} is not KEY=VALUE.`, `Write ${flag} KEY=VALUE.`);
      return [text.slice(0, at), text.slice(at + 1)];
    });
    return Object.fromEntries(pairs);
  }

  /** An ISO 8601 date or instant as an instant in UTC; a bare date is its first moment. Undefined when not given. */
  instant(name: string, flag: string): string | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const iso = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
    const date = new Date(text);
    // 2026-02-31 would be read as the third of March.
    if (!iso || Number.isNaN(date.getTime()) || (text.length === 10 && !date.toISOString().startsWith(text))) {
      throw usage(`${flag} ${text} is not a date.`, `Write ${flag} 2027-03-31 or ${flag} 2027-03-31T12:00:00Z.`);
    }
    return date.toISOString();
  }

  /** Seconds as milliseconds, within 1 second and 1 hour. */
  seconds(name: string, flag: string, fallback: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback * 1000;
    const seconds = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || seconds < 1 || seconds > 3600) {
      throw usage(`${flag} ${text} is not a number of seconds between 1 and 3600.`, `Write ${flag} 60.`);
    }
    return Math.round(seconds * 1000);
  }
}

/** Collects a repeatable option. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}
