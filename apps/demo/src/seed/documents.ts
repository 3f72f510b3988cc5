/** The operations of the seed; the SDL they are written against is below apps/api/src. */
const ERRORS = 'errors { code message nextStep }';

export const VIEWER = '{ viewer { memberships { team { slug } role } } }';
export const NAMESPACES = '{ namespaces { name } }';
export const ENVIRONMENTS = '{ environments { name } }';
export const AGENTS = '{ agents { slug grants { server { name } environment { name } } } }';
export const VERSIONS = `query ($name: String!) {
  servers(first: 20, where: { search: $name }) {
    edges { node { name versions { version state endpoints { environment { name } transport url launcher } } } }
  }
}`;
export const INSPECTION = 'query ($id: ID!) { inspection(id: $id) { status outcome detail } }';
export const CHECK = 'query ($id: ID!) { check(id: $id) { status conclusion steps { name status message } } }';

export const GATEWAYS = '{ gateways { environment { name } status { converged } } }';

export const NAMESPACE_CLAIM = `mutation ($input: NamespaceClaimInput!) { namespaceClaim(input: $input) { namespace { name } ${ERRORS} } }`;
export const SERVER_PUBLISH = `mutation ($input: ServerPublishInput!) { serverPublish(input: $input) { created ${ERRORS} } }`;
export const ENDPOINT_SET = `mutation ($input: EndpointSetInput!) { endpointSet(input: $input) { endpoint { id } ${ERRORS} } }`;
export const INSPECTION_REQUEST = `mutation ($input: InspectionRequestInput!) { inspectionRequest(input: $input) { inspection { id } ${ERRORS} } }`;
export const CHECK_REQUEST = `mutation ($input: CheckRequestInput!) { checkRequest(input: $input) { check { id } ${ERRORS} } }`;
export const EXCEPTION_GRANT = `mutation ($input: ExceptionGrantInput!) { exceptionGrant(input: $input) { exception { id } ${ERRORS} } }`;
export const VERSION_TRANSITION = `mutation ($input: VersionTransitionInput!) {
  versionTransition(input: $input) { version { state } guards { guard status message } ${ERRORS} }
}`;
export const SERVER_EVIDENCE = 'query ($ref: ServerRef!) { server(ref: $ref) { goldenCalls { id } objective { id } } }';
export const GOLDEN_RUNS = 'query ($ref: VersionRef!) { version(ref: $ref) { goldenRuns { status } } }';
export const GOLDEN_CALLS_SET = `mutation ($input: GoldenCallsSetInput!) { goldenCallsSet(input: $input) { goldenCalls { id } ${ERRORS} } }`;
export const GOLDEN_RUN = `mutation ($input: GoldenRunInput!) { goldenRun(input: $input) { run { id } ${ERRORS} } }`;
export const SERVER_OBJECTIVE_SET = `mutation ($input: ServerObjectiveSetInput!) { serverObjectiveSet(input: $input) { objective { id } ${ERRORS} } }`;
export const AGENT_CREATE = `mutation ($input: AgentCreateInput!) { agentCreate(input: $input) { agent { slug } ${ERRORS} } }`;
export const AGENT_TOKEN_ISSUE = `mutation ($input: AgentTokenIssueInput!) { agentTokenIssue(input: $input) { token ${ERRORS} } }`;
export const GRANT_CREATE = `mutation ($input: GrantCreateInput!) { grantCreate(input: $input) { grant { id } ${ERRORS} } }`;
export const BUNDLE_PUBLISH = `mutation ($input: BundlePublishInput!) { bundlePublish(input: $input) { bundle { serial } ${ERRORS} } }`;
