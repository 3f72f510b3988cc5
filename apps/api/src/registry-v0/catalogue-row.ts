/** One row of the catalogue; everything is text already, times in ISO 8601, `manifest` the document as PostgreSQL prints it. */
export type CatalogueRow = {
  version_id: string | null;
  server_name: string;
  version: string;
  manifest: string;
  status: string;
  status_changed_at: string;
  /** JSON text. */
  status_message: string | null;
  published_at: string;
  updated_at: string;
  is_latest: boolean;
  /** Absent in the redacted projection. */
  ours?: OursRow;
};

/** What only readers with a token are told. */
export type OursRow = {
  /** JSON text that stands in for the rest: of a version that is not local. */
  extra: string | null;
  state: string | null;
  track: string | null;
  contract_digest: string | null;
  deprecation: string | null;
  alias: string | null;
  owner_team: string | null;
  health: string | null;
  verdict: string | null;
};

const ROWS = '\u001e';
const CELLS = '\u001f';
const OFFICIAL_CELLS = 10;

/** Takes the text of a page apart; an empty cell is null. */
export function readRows(page: string | null): CatalogueRow[] {
  return page === null ? [] : page.split(ROWS).map(rowOf);
}

function rowOf(text: string): CatalogueRow {
  const cells = text.split(CELLS);
  const at = (index: number) => cells[index] ?? '';
  const orNull = (index: number) => at(index) || null;
  const row: CatalogueRow = {
    version_id: orNull(0),
    server_name: JSON.parse(at(1)) as string,
    version: JSON.parse(at(2)) as string,
    manifest: at(3),
    status: at(4),
    status_message: orNull(5),
    is_latest: at(6) === 't',
    status_changed_at: instantOf(at(7)),
    published_at: instantOf(at(8)),
    updated_at: instantOf(at(9)),
  };
  if (cells.length === OFFICIAL_CELLS) return row;
  const [extra, state, track, digest, deprecation, alias, team, health, verdict] = cells.slice(OFFICIAL_CELLS);
  const filled = (cell: string | undefined) => cell || null;
  row.ours = {
    extra: filled(extra),
    state: filled(state),
    track: filled(track),
    contract_digest: filled(digest),
    deprecation: filled(deprecation),
    alias: filled(alias),
    owner_team: filled(team),
    health: filled(health),
    verdict: filled(verdict),
  };
  return row;
}

/** PostgreSQL's JSON of a time without a zone, `"2026-11-20T12:00:00.5"`, as an instant with milliseconds. */
function instantOf(json: string): string {
  const text = json.slice(1, -1);
  return `${text.length === SECONDS ? `${text}.000` : text.padEnd(MILLISECONDS, '0')}Z`;
}
const SECONDS = '2026-11-20T12:00:00'.length;
const MILLISECONDS = '2026-11-20T12:00:00.000'.length;
