export { ConsumerService, type ImpactQuestion, type Reliance, type ServerConsumer } from './consumer.service.js';
export { EXPECTATION_PUBLISHED } from './consumers.events.js';
export { ConsumersModule } from './consumers.module.js';
export { ExpectationService, type PublishedExpectations } from './expectation.service.js';
export type { ExpectationSetRow } from './expectation-set.js';
