export { type Config, type Env, type LogLevel, loadConfig, loadTestConfig, type TestConfig } from './config.js';
export {
  CONFIG_EXIT_CODE,
  type ConfigEdge,
  ConfigError,
  type ConfigProblem,
  exitOnConfigError,
} from './config-error.js';
export { configWarnings, type DescribedSetting, describeConfig } from './describe-config.js';
export { parseDuration } from './duration.js';
export {
  type ApiConfig,
  type GatewayConfig,
  loadApiConfig,
  loadGatewayConfig,
  loadWorkerConfig,
  processEnvironment,
  type WorkerConfig,
} from './process-configs.js';
