#!/usr/bin/env node
// node scripts/healthcheck.mjs PORT: is the process of this container ready? For HEALTHCHECK; an image has no curl.
const port = process.argv[2] ?? '8080';
try {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`, {
    signal: AbortSignal.timeout(4_000),
    redirect: 'error',
  });
  if (!response.ok) console.error(`not ready: ${response.status} ${(await response.text()).slice(0, 500)}`);
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  // whatever it is, the container is not healthy, and the reason is shown by `docker inspect`
  console.error(`not ready: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
