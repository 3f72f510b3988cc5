// The closed list of file roles: `noun.role.ts`. A file without a role holds the domain itself (types, pure functions).
// A new role is a new kind of thing in the house: add it here with its sentence, or use one that is there.
export const FILE_ROLES = {
  adapter: 'the outside world behind a port',
  application: 'one process put together',
  bench: 'a measurement',
  catalogue: 'a closed list that is reviewed as a whole',
  client: 'speaks to another process',
  collector: 'gathers what a decision looks at',
  command: 'one command of the CLI',
  controller: 'HTTP routes, thin',
  data: 'a document of somebody else, verbatim',
  entry: 'the first file a bundler loads',
  errors: 'refusals of a lib: code, sentence, next step',
  events: 'domain events of a lib',
  fields: 'the fields of one type, beside its queries',
  file: 'one configuration file an operator writes',
  filter: 'what an edge makes of errors',
  fixture: 'input of tests',
  follower: 'keeps up with something that changes elsewhere',
  guard: 'may this request pass',
  hook: 'React hook',
  loader: 'DataLoader batches',
  log: 'what is written down for operators',
  loop: 'does one thing again and again until it is stopped',
  main: 'a process starts here',
  messages: 'what a queue carries',
  middleware: 'between the transport and the handler',
  module: 'Nest composition',
  page: 'one screen of the console',
  policy: 'rules as data, and what reads them',
  port: 'abstract class an adapter implements; also the Nest token',
  prisma: 'SQL behind a port, over Prisma',
  processor: 'one queue of the worker',
  publisher: 'makes a new revision known',
  'read-model': 'one query for one screen or one question',
  reader: 'reads one outside format within limits',
  records: 'writes of one entity with their audit and outbox rows',
  resolver: 'GraphQL fields, thin',
  router: 'which event goes to which queue',
  rule: 'one lint or compatibility rule',
  runner: 'the one way in which something is run',
  schedule: 'what runs when',
  seed: 'builds one thing for tests',
  server: 'listens',
  service: 'verbs of a feature',
  setup: 'makes what an installation begins with',
  spec: 'tests',
  static: 'files that are served as they are',
  step: 'one step of a check or a rollout',
  store: 'port of the write side',
  strategy: 'one way out of several to do the same',
  token: 'Nest token without a class of its own',
  view: 'one part of a screen',
  worker: 'runs in a thread of its own',
  writer: 'writes one outside format',
};

const PART = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** True for `noun.ts`, `noun.role.ts` and `noun.role.role.ts` with roles of the list; extensions ts, tsx and d.ts. */
export function isKnownName(name) {
  const parts = name.replace(/(\.d)?\.tsx?$/, '').split('.');
  const [noun, ...roles] = parts;
  return PART.test(noun) && roles.every((role) => PART.test(role) && Object.hasOwn(FILE_ROLES, role));
}
