import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createLogger, createMetrics, NestLogger, readiness, redact, withRequestId } from './index.js';

const SECRET = 'sv3ry-s3cr3t-value';

function capture(level = 'trace') {
  const lines: string[] = [];
  const logger = createLogger({
    service: 'api',
    level,
    destination: { write: (line: string) => void lines.push(line) },
  });
  return { logger, lines, entries: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('the log', () => {
  it('is one JSON object per line with level, time, service and message', () => {
    const { logger, entries } = capture();
    logger.info({ serverId: 'srv_1' }, 'published');
    expect(entries()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        service: 'api',
        serverId: 'srv_1',
        msg: 'published',
      },
    ]);
  });

  it('carries the request id through awaits and not beyond', async () => {
    const { logger, entries } = capture();
    await withRequestId('req_1', async () => {
      await Promise.resolve();
      logger.info('inside');
    });
    logger.info('outside');
    expect(entries().map((entry) => entry['requestId'])).toEqual(['req_1', undefined]);
  });

  it.each([
    ['a header', { req: { headers: { authorization: `Bearer ${SECRET}`, cookie: SECRET } } }],
    ['a nested token', { a: [{ b: { accessToken: SECRET, 'x-api-key': SECRET } }] }],
    ['a password and a client secret', { password: SECRET, client: { client_secret: { value: SECRET } } }],
    ['a bearer text under a harmless key', { note: `sent Bearer ${SECRET} to the upstream` }],
    ['a connection URL', { url: `postgresql://user:${SECRET}@db/rollcall` }],
    ['a query parameter', { url: `https://x.example/cb?state=1&access_token=${SECRET}` }],
    [
      'an error and its cause',
      { err: new Error(`401 for Bearer ${SECRET}`, { cause: new Error(`redis://:${SECRET}@h`) }) },
    ],
    ['a map', { headers: new Map([['Set-Cookie', SECRET]]) }],
  ])('hides the secret in %s', (_, entry) => {
    const { logger, lines } = capture();
    logger.info(entry, 'event');
    logger.child(entry as object).info('event');
    const grandchild = logger.child({}).child({});
    grandchild.setBindings(entry);
    grandchild.info('event');
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toContain(SECRET);
  });

  it('hides the secret in messages, their arguments and bare errors', () => {
    const { logger, lines } = capture();
    logger.warn(`Authorization: Bearer ${SECRET}`);
    logger.warn('got %s and %o', `Bearer ${SECRET}`, { token: SECRET });
    logger.error(new Error(`Bearer ${SECRET}`));
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toContain(SECRET);
  });

  it('keeps what an error says', () => {
    const { logger, entries } = capture();
    logger.error({ err: new TypeError('broken') }, 'job failed');
    expect(entries()[0]?.['err']).toMatchObject({
      type: 'TypeError',
      message: 'broken',
      stack: expect.stringMatching(/./),
    });
  });

  it('survives cycles and depth without throwing', () => {
    const cycle: Record<string, unknown> = { name: 'loop' };
    cycle['self'] = cycle;
    let deep: unknown = { token: SECRET };
    for (let i = 0; i < 50; i++) deep = { deep };
    expect(JSON.stringify(redact({ cycle, deep }))).not.toContain(SECRET);
  });

  it('hides a secret key wherever it is', () => {
    const key = fc.constantFrom('token', 'PASSWORD', 'Set-Cookie', 'clientSecret', 'authorization', 'api_key');
    const path = fc.array(fc.oneof(fc.constant('[]'), fc.stringMatching(/^[a-z]{1,5}$/)), { maxLength: 20 });
    fc.assert(
      fc.property(key, path, (name, steps) => {
        const value = steps.reduceRight<unknown>((inner, step) => (step === '[]' ? [inner] : { [step]: inner }), {
          [name]: SECRET,
        });
        expect(JSON.stringify(redact(value))).not.toContain(SECRET);
      }),
    );
  });

  it('takes what Nest writes', () => {
    const { logger, entries } = capture();
    const nest = new NestLogger(logger);
    nest.log('started', 'NestFactory');
    nest.error(new Error('broken'), 'stack', 'Router');
    expect(entries()[0]).toMatchObject({ level: 'info', msg: 'started', context: 'NestFactory' });
    expect(entries()[1]).toMatchObject({ level: 'error', msg: 'broken', context: 'Router' });
  });
});

describe('readiness', () => {
  it('names what fails or is too slow, and nothing more', async () => {
    const reasons: string[] = [];
    const result = await readiness(
      {
        database: () => Promise.resolve(),
        queue: () => Promise.reject(new Error('connection refused')),
        keys: () => {
          throw new Error('no directory');
        },
        slow: () => new Promise(() => undefined),
      },
      30,
      (name) => void reasons.push(name),
    );
    expect(result).toEqual({ ready: false, failing: ['keys', 'queue', 'slow'] });
    expect(reasons).toHaveLength(3);
  });

  it('is ready when all checks pass', async () => {
    expect(await readiness({ database: async () => undefined }, 1_000)).toEqual({ ready: true, failing: [] });
  });
});

describe('metrics', () => {
  it('are labelled with the service, each registry on its own', async () => {
    createMetrics('worker');
    expect(await createMetrics('api').metrics()).toMatch(/process_cpu_seconds_total\{service="api"\}/);
  });
});
