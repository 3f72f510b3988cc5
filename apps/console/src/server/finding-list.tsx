import { Text } from '@mantine/core';
import { isEmptyJson, listOf, recordOf, stringOf } from '../display/json-shape.js';
import { JsonView } from '../display/json-view.js';
import { severityLook } from '../display/looks.js';
import { Mark } from '../display/mark.js';
import { SafeText } from '../display/safe-text.js';

type Finding = { ruleId: string; severity: string; message: string; tool: string | null; path: string | null };

/** Findings arrive as opaque JSON: those of the known form become rows, else the whole is shown raw. */
function findingsOf(value: unknown): Finding[] | null {
  const rows = listOf(value).map((item) => {
    const record = recordOf(item) ?? {};
    const ruleId = stringOf(record['ruleId']);
    const message = stringOf(record['message']);
    if (ruleId === null || message === null) return null;
    const severity = stringOf(record['severity']) ?? 'unknown';
    return { ruleId, message, severity, tool: stringOf(record['tool']), path: stringOf(record['path']) };
  });
  return rows.some((row) => row === null) ? null : rows.filter((row) => row !== null);
}

export function FindingList({ findings }: { findings: unknown }) {
  if (isEmptyJson(findings)) return null;
  const rows = findingsOf(findings);
  return (
    <div>
      <h4>Findings</h4>
      {rows === null || rows.length === 0 ? (
        <JsonView value={findings} label="Findings" />
      ) : (
        <ul className="changes" aria-label="Findings">
          {rows.map((row) => (
            <li key={`${row.ruleId} ${row.tool} ${row.path} ${row.message}`} className="change">
              <Mark {...severityLook(row.severity)} soft />
              <div>
                <Text size="sm">
                  <SafeText text={row.message} />
                </Text>
                <Text size="xs" c="dimmed" ff="monospace" className="breakable">
                  <SafeText
                    text={[row.ruleId, row.tool, row.path].filter((part) => part !== null && part !== '').join(' · ')}
                  />
                </Text>
              </div>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
