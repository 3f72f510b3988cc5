import { SegmentedControl, Text } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { useSearchParams } from 'react-router';
import { DigestText } from '../display/digest-text.js';
import { JsonView } from '../display/json-view.js';
import { Mark } from '../display/mark.js';
import { SafeText } from '../display/safe-text.js';
import { AnnotationMarks } from './annotation-marks.js';
import { SchemaTable } from './schema-table.js';
import type { ContractTool } from './server.js';

type ToolCardProps = { tool: ContractTool; approval: string | null };

/** One tool, closed to its name, hints and wording; open, it shows its schemas. Which one is open is in the address. */
export function ToolCard({ tool, approval }: ToolCardProps) {
  const [params, setParams] = useSearchParams();
  const open = params.get('tool') === tool.name;
  const toggle = () => {
    const next = new URLSearchParams(params);
    if (open) next.delete('tool');
    else next.set('tool', tool.name);
    setParams(next, { replace: true });
  };
  const panel = useId();
  return (
    <article className="tool">
      <h3 className="tool-heading">
        <button type="button" className="tool-toggle" aria-expanded={open} aria-controls={panel} onClick={toggle}>
          <span className="tool-chevron" aria-hidden="true" />
          <code>
            <SafeText text={tool.name} />
          </code>
          {tool.title !== null && (
            <span className="tool-title">
              <SafeText text={tool.title} />
            </span>
          )}
        </button>
      </h3>
      <div className="marks">
        <AnnotationMarks annotations={tool.annotations} />
        {approval === 'human' && (
          <Mark icon={IconHandStop} word="human approves" tone="info" detail="Each call waits for a person" />
        )}
      </div>
      {tool.description !== null && (
        <p className={open ? 'wording' : 'wording wording-short'}>
          <SafeText text={tool.description} />
        </p>
      )}
      <div id={panel} hidden={!open}>
        {open && <ToolSchemas tool={tool} />}
      </div>
    </article>
  );
}

function ToolSchemas({ tool }: { tool: ContractTool }) {
  const [form, setForm] = useState('table');
  const asTable = form === 'table';
  return (
    <div className="tool-schemas">
      <div className="tool-bar">
        <span>
          <Text span size="sm" c="dimmed">
            Digest{' '}
          </Text>
          <DigestText digest={tool.digest} what={`digest of ${tool.name}`} />
        </span>
        <SegmentedControl
          size="xs"
          aria-label="Show schemas as"
          value={form}
          onChange={setForm}
          data={[
            { value: 'table', label: 'Table' },
            { value: 'json', label: 'JSON' },
          ]}
        />
      </div>
      <h4>Input</h4>
      {asTable ? (
        <SchemaTable schema={tool.inputSchema} caption={`Arguments of ${tool.name}`} empty="Takes no arguments." />
      ) : (
        <JsonView value={tool.inputSchema} label={`Input schema of ${tool.name}`} />
      )}
      <h4>Output</h4>
      {tool.outputSchema === null && <Text c="dimmed">No output schema: results are unstructured content.</Text>}
      {tool.outputSchema !== null &&
        (asTable ? (
          <SchemaTable schema={tool.outputSchema} caption={`Result of ${tool.name}`} empty="No fields are declared." />
        ) : (
          <JsonView value={tool.outputSchema} label={`Output schema of ${tool.name}`} />
        ))}
    </div>
  );
}
