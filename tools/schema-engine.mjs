#!/usr/bin/env node
// Stand-in for Prisma's native schema-engine binary: speaks its JSON-RPC on stdio,
// does the work in the WASM schema engine that npm ships, over one plain `pg` connection.
// (@prisma/adapter-pg cannot be used here: it rejects the catalog type "char" and splits scripts at every ';'.)
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import {
  bindMigrationAwareSqlAdapterFactory,
  DriverAdapterError,
  ColumnTypeEnum as T,
} from '@prisma/driver-adapter-utils';
import * as bg from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

const require = createRequire(import.meta.url);
const argv = process.argv.slice(2);
const opt = { datamodels: [] };
for (let i = 0; i < argv.length; i++) {
  const a = argv[i];
  if (a === '--version' || a === '-V') {
    console.log(`schema-engine-wasm-shim ${require('@prisma/engines-version').enginesVersion}`);
    process.exit(0);
  } else if (a === '--datamodels') opt.datamodels.push(argv[++i]);
  else if (a === '--datasource') opt.datasource = JSON.parse(argv[++i]);
  else if (a.startsWith('--')) i++;
  else if (a === 'cli') opt.cli = argv[++i];
}
const url = opt.datasource?.url;
const logErr = (message, error_code) =>
  process.stderr.write(
    '\n' +
      JSON.stringify({
        timestamp: new Date().toISOString(),
        level: 'ERROR',
        fields: { message, error_code, is_panic: false },
        target: 'schema_engine::logger',
      }),
  );

const dbName = (u) => decodeURIComponent(new URL(u).pathname.slice(1)) || 'postgres';
const admin = async (fn) => {
  const u = new URL(url);
  u.pathname = '/postgres';
  u.search = '';
  const c = new pg.Client({ connectionString: u.href });
  await c.connect();
  try {
    return await fn(c);
  } finally {
    await c.end();
  }
};
const createDb = () => admin((c) => c.query(`CREATE DATABASE ${pg.escapeIdentifier(dbName(url))}`));

if (opt.cli) {
  try {
    if (opt.cli === 'create-database') await createDb();
    else if (opt.cli === 'drop-database')
      await admin((c) => c.query(`DROP DATABASE ${pg.escapeIdentifier(dbName(url))} WITH (FORCE)`));
    else {
      const c = new pg.Client({ connectionString: url });
      await c.connect();
      await c.end();
    }
    process.exit(0);
  } catch (e) {
    const code =
      e.code === '3D000' ? 'P1003' : e.code === '28P01' ? 'P1000' : e.code === 'ECONNREFUSED' ? 'P1001' : undefined;
    logErr(e.message || String(e), code ?? 'P1010');
    process.exit(1);
  }
}

// wasm-bindgen "bundler" glue, instantiated by hand (plain Node cannot import .wasm on 20/22)
const wasmPath = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg').replace(/\.js$/, '.wasm');
const { instance } = await WebAssembly.instantiate(readFileSync(wasmPath), { './schema_engine_bg.js': bg });
bg.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start?.();

globalThis.PRISMA_WASM_PANIC_REGISTRY ??= {
  message: '',
  get() {
    return this.message;
  },
  set_message(m) {
    this.message = m;
  },
};

// ---- driver adapter: one connection, so the engine's session advisory lock holds
const OID = {
  16: T.Boolean,
  17: T.Bytes,
  18: T.Character,
  19: T.Text,
  20: T.Int64,
  21: T.Int32,
  23: T.Int32,
  25: T.Text,
  26: T.Int64,
  114: T.Json,
  3802: T.Json,
  700: T.Float,
  701: T.Double,
  1042: T.Text,
  1043: T.Text,
  1082: T.Date,
  1083: T.Time,
  1114: T.DateTime,
  1184: T.DateTime,
  1700: T.Numeric,
  2950: T.Uuid,
  1000: T.BooleanArray,
  1002: T.CharacterArray,
  1003: T.TextArray,
  1005: T.Int32Array,
  1007: T.Int32Array,
  1009: T.TextArray,
  1015: T.TextArray,
  1016: T.Int64Array,
  1028: T.Int64Array,
};
const keepText = new Set([20, 26, 114, 3802, 1082, 1083, 1114, 1184, 1700, 2950]);
const iso = (v) => v.replace(' ', 'T').replace(/([+-]\d\d)(:?(\d\d))?$/, (_, h, __, m) => `${h}:${m ?? '00'}`);
const types = {
  getTypeParser: (oid, format) =>
    oid === 1184
      ? iso
      : oid === 1114
        ? (v) => `${v.replace(' ', 'T')}+00:00`
        : keepText.has(oid)
          ? (v) => v
          : pg.types.getTypeParser(oid, format),
};
const dbError = (e) => {
  const kind = {
    '3D000': { kind: 'DatabaseDoesNotExist', db: dbName(url) },
    '28P01': { kind: 'AuthenticationFailed', user: undefined },
    ECONNREFUSED: { kind: 'DatabaseNotReachable', host: e.address, port: e.port },
  }[e.code];
  throw new DriverAdapterError({
    originalCode: e.code,
    originalMessage: e.message,
    ...(kind ?? {
      kind: 'postgres',
      code: e.code ?? 'N/A',
      severity: e.severity ?? 'ERROR',
      message: e.message,
      detail: e.detail,
      column: e.column,
      hint: e.hint,
    }),
  });
};
function adapterFor(client, dispose) {
  const run = (q) => client.query({ text: q.sql, values: q.args, rowMode: 'array', types }).catch(dbError);
  const self = {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    async queryRaw(q) {
      const r = await run(q);
      return {
        columnNames: r.fields.map((f) => f.name),
        columnTypes: r.fields.map((f) => OID[f.dataTypeID] ?? T.Text),
        rows: r.rows,
      };
    },
    async executeRaw(q) {
      return (await run(q)).rowCount ?? 0;
    },
    async executeScript(sql) {
      await client.query(sql).catch(dbError);
    },
    async startTransaction() {
      await client.query('BEGIN');
      return {
        ...self,
        options: { usePhantomQuery: false },
        commit: () => client.query('COMMIT'),
        rollback: () => client.query('ROLLBACK'),
      };
    },
    getConnectionInfo: () => ({
      schemaName: new URL(url).searchParams.get('schema') ?? 'public',
      supportsRelationJoins: true,
    }),
    dispose,
    underlyingDriver: () => client,
  };
  return self;
}
const open = async (connectionString) => {
  const c = new pg.Client({ connectionString });
  c.on('error', () => {});
  await c.connect().catch(dbError);
  return c;
};
const pgFactory = {
  provider: 'postgres',
  adapterName: '@prisma/adapter-pg',
  async connect() {
    const c = await open(url);
    return adapterFor(c, () => c.end());
  },
  async connectToShadowDb() {
    const shadow = opt.datasource.shadowDatabaseUrl,
      name = `prisma_migrate_shadow_db_${crypto.randomUUID()}`;
    if (shadow) {
      const c = await open(shadow);
      await c.query('DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public');
      return adapterFor(c, () => c.end());
    }
    await admin((c) => c.query(`CREATE DATABASE "${name}"`));
    const u = new URL(url);
    u.pathname = `/${name}`;
    const c = await open(u.href);
    return adapterFor(c, async () => {
      await c.end();
      await admin((a) => a.query(`DROP DATABASE "${name}" WITH (FORCE)`));
    });
  },
};

// A fresh engine per call: one engine instance cannot open a second shadow database.
async function withEngine(fn) {
  const conns = [];
  const track = (f) => async () => {
    const a = await f();
    const d = a.dispose;
    let done;
    a.dispose = () => {
      done ??= d();
      return done;
    };
    conns.push(a.dispose);
    return a;
  };
  const factory = bindMigrationAwareSqlAdapterFactory({
    ...pgFactory,
    connect: track(pgFactory.connect),
    connectToShadowDb: track(pgFactory.connectToShadowDb),
  });
  try {
    const datamodels = opt.datamodels.map((p) => [p, readFileSync(p, 'utf8')]);
    const engine = await bg.SchemaEngine.new(
      { datamodels: datamodels.length ? datamodels : undefined },
      (l) => process.env.SHIM_DEBUG && process.stderr.write(`${l}\n`),
      factory,
    );
    return await fn(engine);
  } finally {
    await Promise.allSettled(conns.map((d) => d()));
  }
}

const send = (m) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...m })}\n`);
async function handle({ id, method, params }) {
  try {
    let result;
    if (method === 'createDatabase') {
      await createDb();
      result = { databaseName: dbName(url) };
    } else if (method === 'getDatabaseVersion') result = await withEngine((e) => e.version(params));
    else {
      result = await withEngine(async (e) => {
        // these two read the migration history from the cache that devDiagnostic fills on the same engine
        if (method === 'evaluateDataLoss' || method === 'createMigration')
          await e.devDiagnostic({ migrationsList: params.migrationsList, filters: params.filters });
        return e[method](params);
      });
      if (method === 'diff' && result?.stdout)
        send({ id: 1e6 + id, method: 'print', params: { content: result.stdout } });
    }
    send({ id, result: result ?? {} });
  } catch (e) {
    let data;
    try {
      data = JSON.parse(e.message);
    } catch {
      data = { is_panic: false, message: e?.message ?? String(e), error_code: e?.code };
    }
    if (process.env.SHIM_DEBUG) process.stderr.write(`${String(e?.stack)}\n`);
    send({
      id,
      error: {
        code: 4466,
        message: 'An error happened. Check the data field for details.',
        data: { is_panic: false, meta: null, ...data },
      },
    });
  }
}
const rl = createInterface({ input: process.stdin });
const pending = new Set();
rl.on('line', (l) => {
  if (!l.trim()) return;
  const m = JSON.parse(l);
  if (!m.method) return;
  const p = handle(m).finally(() => pending.delete(p));
  pending.add(p);
});
rl.on('close', async () => {
  await Promise.allSettled([...pending]);
  process.exit(0);
});
