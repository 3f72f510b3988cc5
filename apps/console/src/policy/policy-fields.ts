/** One field of the policy document, as a row. */
export type PolicyField = { name: string; value: string; isDecided: boolean };

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every field in force with its path, and whether the document says so itself. */
export function policyFields(policy: { document: unknown; effective: unknown }): PolicyField[] {
  return isFields(policy.effective) ? rowsOf(policy.effective, policy.document, '') : [];
}

function rowsOf(effective: Fields, document: unknown, prefix: string): PolicyField[] {
  const decided = isFields(document) ? document : {};
  return Object.keys(effective).flatMap((key) => {
    const [name, value] = [`${prefix}${key}`, effective[key]];
    const inner = Object.hasOwn(decided, key) ? decided[key] : undefined;
    if (isFields(value) && Object.keys(value).length > 0) return rowsOf(value, inner, `${name}.`);
    return [{ name, value: written(value), isDecided: inner !== undefined }];
  });
}

function written(value: unknown): string {
  if (value === null) return 'no limit';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(written).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
