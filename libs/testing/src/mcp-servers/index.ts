export {
  GREET_TOOL,
  type LegacyRevision,
  type McpServerBehaviour,
  type RecordedRequest,
  type Script,
  type ScriptedAnswer,
  type TestTool,
} from './behaviour.js';
export {
  catastrophicPatterns,
  countlessValues,
  deepSchema,
  duplicateKeys,
  endlessEvents,
  endlessQuestions,
  endlessResumption,
  gzipBomb,
  headerFlood,
  lyingContentType,
  recursiveSchemas,
  redirecting,
  repeatedAnswers,
  shapeShifter,
  slowDrip,
  wrongId,
} from './hostile-presets.js';
export {
  HOSTILE_SERVERS,
  type HostileServerName,
  type RebindingServer,
  startRebindingServer,
} from './hostile-servers.js';
export { type HttpHost, type Listening, type RawHandler, startRawHttpServer } from './http-host.js';
export {
  endlessPages,
  errorAnswer,
  failingList,
  hiddenTool,
  hugeFrame,
  jsonAnswer,
  lyingAboutVersion,
  malformedList,
  neverAnswering,
} from './presets.js';
export { REVISION_SERVERS } from './revision-presets.js';
export { type RunningMcpServer, startMcpServer } from './start-mcp-server.js';
export {
  type RunningWebSocketServer,
  startWebSocketServer,
  type WebSocketBehaviour,
  type WebSocketMischief,
} from './websocket-server.js';
