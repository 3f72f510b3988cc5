/** Where a recorded contract comes from: a published package, its versions oldest first, and how it is started. */
export type RecordedServer = { name: string; package: string; entry: string; args: string[]; versions: string[] };

/** `FOLDER` in an argument stands for an empty folder of its own. */
export const SERVERS: RecordedServer[] = [
  {
    name: 'everything',
    package: '@modelcontextprotocol/server-everything',
    entry: 'dist/index.js',
    args: [],
    versions: ['2025.1.14', '2025.7.1', '2025.11.25', '2026.1.26', '2026.8.31'],
  },
  {
    name: 'filesystem',
    package: '@modelcontextprotocol/server-filesystem',
    entry: 'dist/index.js',
    args: ['FOLDER'],
    versions: ['0.6.2', '2025.7.1', '2025.8.21', '2025.11.25', '2026.1.14', '2026.8.31'],
  },
  {
    name: 'memory',
    package: '@modelcontextprotocol/server-memory',
    entry: 'dist/index.js',
    args: [],
    versions: ['0.6.2', '2025.4.25', '2025.9.25', '2026.8.31'],
  },
  {
    name: 'sequential-thinking',
    package: '@modelcontextprotocol/server-sequential-thinking',
    entry: 'dist/index.js',
    args: [],
    versions: ['0.6.2', '2025.7.1', '2025.11.25', '2026.8.31'],
  },
  {
    name: 'context7',
    package: '@upstash/context7-mcp',
    entry: 'dist/index.js',
    args: [],
    versions: ['1.0.14', '2.0.0', '3.0.0', '4.1.1'],
  },
];
