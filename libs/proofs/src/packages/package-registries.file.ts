import { readFileSync } from 'node:fs';
import { ConfigError } from '@rollcall/config';
import { z } from 'zod';

/** Types of packages whose owner can be shown. */
export const PACKAGE_TYPES = ['npm', 'pypi', 'nuget', 'cargo', 'oci', 'mcpb'] as const;
export type PackageType = (typeof PACKAGE_TYPES)[number];

/** A registry an operator allows: its base URL, what manifests call it, and the other hosts its answers may lead to. */
export type AllowedRegistry = {
  /** Ends with a slash. */
  url: string;
  /** oci: the host that identifiers begin with. */
  name: string;
  /** `host` or `host:port` of token services, blob stores and README hosts. */
  hosts: readonly string[];
};

const URL_TEXT = z.string().max(2_000).refine(isBase, 'must be an absolute http(s) URL without credentials');
const ENTRY = z.union([
  URL_TEXT,
  z.strictObject({
    url: URL_TEXT,
    name: z.string().min(1).max(253).optional(),
    hosts: z.array(z.string().min(1).max(260)).max(20).optional(),
  }),
]);
const FILE = z.partialRecord(z.enum(PACKAGE_TYPES), z.array(ENTRY).max(50));

type Entries = z.infer<typeof FILE>;

function isBase(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol)) return false;
  return url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

/** The registries that may be asked who owns a package, by type. Nobody else is asked. Nest token. */
export class PackageRegistries {
  private readonly byType = new Map<string, readonly AllowedRegistry[]>();

  constructor(entries: Entries) {
    for (const [type, list] of Object.entries(entries)) this.byType.set(type, (list ?? []).map(allowed));
  }

  /** All of a type, the operator's default first. */
  of(type: PackageType): readonly AllowedRegistry[] {
    return this.byType.get(type) ?? [];
  }
}

function allowed(entry: z.infer<typeof ENTRY>): AllowedRegistry {
  const { url, name, hosts = [] } = typeof entry === 'string' ? { url: entry } : entry;
  const base = new URL(url);
  return {
    url: withSlash(base.href),
    name: (name ?? base.host).toLowerCase(),
    hosts: hosts.map((one) => one.toLowerCase()),
  };
}

/** Base URLs are compared, and paths appended, with one slash at the end. */
export const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`);

/**
 * Reads `ROLLCALL_PACKAGE_REGISTRIES`: JSON, or the path of a JSON file. Nothing given allows nothing. Throws
 * {@link ConfigError}.
 */
export function loadPackageRegistries(setting: string | undefined): PackageRegistries {
  if (setting === undefined) return new PackageRegistries({});
  try {
    const text = setting.startsWith('{') ? setting : readFileSync(setting, 'utf8');
    return new PackageRegistries(FILE.parse(JSON.parse(text)));
  } catch (error) {
    throw new ConfigError([{ variable: 'ROLLCALL_PACKAGE_REGISTRIES', problem: problemOf(error) }]);
  }
}

function problemOf(error: unknown): string {
  if (error instanceof z.ZodError) {
    return `must list base URLs by package type: ${error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}`;
  }
  return error instanceof SyntaxError ? 'is not JSON' : 'names a file that cannot be read';
}
