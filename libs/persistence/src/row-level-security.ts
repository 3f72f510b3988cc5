import { Refusal } from '@rollcall/kernel';
import type pg from 'pg';

/** The role that sessions take on when their own would skip the policies; made by the migrations, cannot sign in. */
export const APP_ROLE = 'rollcall_app';

/** Whether policies hold for a session, and if not why. */
export type Enforcement = 'enforced' | 'exempt' | 'absent';

/** Takes on {@link APP_ROLE} when the session's user would skip row-level security, and says whether it holds now. */
export async function enforcementOf(client: pg.ClientBase): Promise<Enforcement> {
  const { rows } = await client.query<{ takes: boolean | null }>(
    `SELECT CASE WHEN u.rolsuper OR u.rolbypassrls THEN EXISTS (SELECT FROM pg_roles WHERE rolname = '${APP_ROLE}') END AS takes
     FROM pg_roles u WHERE u.rolname = session_user`,
  );
  if (rows[0]?.takes === false) return 'exempt';
  if (rows[0]?.takes) await client.query(`SET ROLE ${APP_ROLE}`);
  const check = await client.query<{ active: boolean | null }>(
    "SELECT row_security_active(to_regclass('organizations')) AS active",
  );
  const active = check.rows[0]?.active ?? null;
  if (active === null) return 'absent';
  return active ? 'enforced' : 'exempt';
}

/** The refusal to work without the second wall. */
export function wallDown(reason: Exclude<Enforcement, 'enforced'>): Refusal {
  if (reason === 'absent') {
    return new Refusal({
      code: 'DATABASE_NOT_MIGRATED',
      message: 'This database has none of our tables, so nothing separates organizations in it.',
      nextStep: 'Run the bootstrap, which migrates, and start again.',
    });
  }
  return new Refusal({
    code: 'ROW_LEVEL_SECURITY_OFF',
    message: 'The database user skips row-level security, and there is no role without that right to work under.',
    nextStep: `Connect as a user that is neither superuser nor has BYPASSRLS, or let a superuser run: CREATE ROLE ${APP_ROLE} NOLOGIN; then run the bootstrap again.`,
  });
}
