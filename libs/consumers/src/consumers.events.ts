/** What an agent relies on was published anew; `payload` is `{ agentId, setId, revision }`. */
export const EXPECTATION_PUBLISHED = 'expectation.published';
