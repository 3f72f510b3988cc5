/** Where sentences come from: named once, so that reports and the reference spell them alike. */
export const FROM = {
  list: 'OpenAPI 2025-12-01, GET /v0.1/servers',
  versions: 'OpenAPI 2025-12-01, GET /v0.1/servers/{serverName}/versions',
  version: 'OpenAPI 2025-12-01, GET /v0.1/servers/{serverName}/versions/{version}',
  publish: 'OpenAPI 2025-12-01, POST /v0.1/publish',
  status: 'OpenAPI 2025-12-01, PATCH .../versions/{version}/status',
  allStatus: 'OpenAPI 2025-12-01, PATCH /v0.1/servers/{serverName}/status',
  manifest: 'server.json schema',
  official: 'behaviour of the official registry',
  latest: 'behaviour of the official registry, version ordering',
  errors: 'OpenAPI 2025-12-01 ({ error }) and RFC 9457 (problem details, as the official registry answers)',
  vscode: 'VS Code, MCP gallery',
  copilot: 'GitHub Copilot, private MCP registries',
  publisher: 'mcp-publisher 1.8.7',
  http: 'RFC 9110',
  cors: 'Fetch standard, CORS',
} as const;
