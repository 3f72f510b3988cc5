import { HttpAdapterHost } from '@nestjs/core';
import type { RunningApi } from '../../../apps/api/test/running-api.js';

type Printing = { printRoutes(options: { commonPrefix: boolean }): string };

/** More methods than any route of ours lists by itself. */
const EVERY_METHOD = 7;

/** `GET /v0.1/servers`, ...: every route the running api has. HEAD is answered by the route of GET. */
export function routesOf(api: RunningApi): string[] {
  const host = api.get(HttpAdapterHost);
  const text = (host.httpAdapter.getInstance() as Printing).printRoutes({ commonPrefix: false });
  const above: string[] = [];
  const routes = text.split('\n').flatMap((line) => {
    const found = /^((?:│ {3}| {4})*)[├└]── (.*?)(?: \(([A-Z, ]+)\))?$/.exec(line);
    if (!found) return [];
    const [, indent = '', path = '', methods] = found;
    const level = indent.length / 4;
    above.splice(level, above.length, path);
    if (methods === undefined) return [];
    const names = methods.split(', ').filter((method) => method !== 'HEAD');
    const kinds = names.length >= EVERY_METHOD ? ['ALL'] : names;
    return kinds.map((method) => `${method} ${above.join('')}`);
  });
  if (routes.length === 0) throw new Error(`No route could be read from:\n${text}`);
  return routes;
}
