export type { Consumer, ConsumerImpact, ImpactSource } from './consumer.js';
export {
  type ExampleCall,
  type ExpectationDocument,
  plainDocument,
  type ServerExpectation,
  type ToolExpectation,
} from './expectation-document.js';
export { EXPECTATION_LIMITS, type ExpectationProblem, readExpectations } from './expectation-document.reader.js';
export { type JudgedChange, judgeConsumers } from './judge.js';
export { type Mention, PROMPT_LIMITS, scanPrompt, type ToolNames } from './prompt-scan.js';
export { type ArgumentShape, expectationFromShapes, type ToolUse } from './tool-use.js';
