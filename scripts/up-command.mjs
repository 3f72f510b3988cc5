// What `npm run up` does before apps/up takes over, and how it stays or returns.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, staleSteps } from './build-steps.mjs';
import { installWhenStale, isInstalled, requireSpace } from './install.mjs';
import { entry, Stop, say } from './say.mjs';

const root = path.resolve(import.meta.dirname, '..');
const main = path.join(root, 'dist', 'apps', 'up', 'src', 'main.js');
/** What programs we start may see of the person's shell; secrets in it are none of their business. */
const INHERITED = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
];

export function upCommand(args) {
  return entry(async () => {
    // a relative --data-dir means the same from every directory: below the repository, as the default is
    process.chdir(root);
    await prepare(args);
    return args.includes('--detach') ? detach(args) : stay(args);
  });
}

async function prepare(args) {
  const builds = !args.includes('--no-build');
  const work = !isInstalled(root) || (builds && staleSteps(root).length > 0);
  if (work) {
    requireSpace(root);
    await requireFreePorts(args);
  }
  await installWhenStale(root);
  if (builds) await build(root);
  if (!existsSync(main)) throw new Stop('There is no build yet: run it once without --no-build, or run: npm run build');
}

/** Nobody should wait for an installation to learn that a port is taken. apps/up checks again, with the data directory. */
async function requireFreePorts(args) {
  if (existsSync(path.join(dataDirectory(args), 'up.lock'))) return;
  const ports = [
    ['--port', flag(args, '--port') ?? process.env.ROLLCALL_PORT ?? '8080', process.env.ROLLCALL_HOST],
    [
      '--gateway-port',
      flag(args, '--gateway-port') ?? process.env.ROLLCALL_GATEWAY_PORT ?? '8090',
      process.env.ROLLCALL_GATEWAY_HOST,
    ],
  ];
  for (const [name, port, host = '127.0.0.1'] of ports) {
    if (/^\d{1,5}$/.test(port) && !(await isFree(Number(port), host)))
      throw new Stop(
        `Port ${port} on ${host} is in use by another program. Stop that program, or choose another port: npm run up -- ${name} N`,
      );
  }
}

function isFree(port, host) {
  return new Promise((resolve) => {
    const server = createServer().once('error', (error) => resolve(error.code !== 'EADDRINUSE'));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function flag(args, name) {
  const inline = args.find((arg) => arg.startsWith(`${name}=`));
  return inline ? inline.slice(name.length + 1) : args.includes(name) ? args[args.indexOf(name) + 1] : undefined;
}

/** In this very process: Ctrl-C and signals need no relay. */
async function stay(args) {
  // a reader that went away (`| head`) is no reason to stop a running installation
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const tell = process.send ? backgroundVoice(args) : { say, ready: (box) => say(`${box}\nPress Ctrl-C to stop.`) };
  const { up } = await import(pathToFileURL(main).href);
  try {
    return await up({ args, inherited: inherited(), ...tell });
  } catch (error) {
    if (process.send) tell.say(String(error?.stack ?? error));
    throw error;
  } finally {
    if (process.connected) process.disconnect();
  }
}

/** While somebody waits for us we tell them; later it is written down. */
function backgroundVoice(args) {
  const log = path.join(dataDirectory(args), 'logs', 'up.log');
  return {
    say: (line) => (process.connected ? process.send({ line }) : appendFileSync(log, `${line}\n`, { mode: 0o600 })),
    ready: (box) => process.connected && process.send({ box }),
  };
}

function dataDirectory(args) {
  return path.resolve(flag(args, '--data-dir') ?? process.env.ROLLCALL_DATA_DIR ?? '.rollcall');
}

/** A second process that stays when this one returns; it tells us what it would have told the terminal. */
async function detach(args) {
  const rest = args.filter((arg) => arg !== '--detach' && arg !== '--no-build');
  const child = spawn(process.execPath, [path.join(root, 'scripts', 'up.mjs'), ...rest, '--no-build'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => child.kill(name));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode) => resolve(exitCode ?? 1));
    child.on('message', ({ line, box }) => {
      say(line ?? `${box}\nIt runs in the background. Stop it with: npm run down`);
      if (box) resolve(0);
    });
  });
  if (child.connected) child.disconnect();
  child.unref();
  return code;
}

function inherited() {
  return Object.fromEntries(
    INHERITED.filter((name) => process.env[name] !== undefined).map((name) => [name, process.env[name]]),
  );
}
