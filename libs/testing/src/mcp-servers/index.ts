export {
  GREET_TOOL,
  type McpServerBehaviour,
  type RecordedRequest,
  type Script,
  type ScriptedAnswer,
  type TestTool,
} from './behaviour.js';
export { type HttpHost, type RawHandler, startRawHttpServer } from './http-host.js';
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
export { type RunningMcpServer, startMcpServer } from './start-mcp-server.js';
