import { Group, NativeSelect, TextInput } from '@mantine/core';
import type { LifecycleState } from '@rollcall/schema';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { stateLooks } from '../display/looks.js';

type ServersFilterProps = {
  search: string;
  state: LifecycleState | null;
  onChange: (params: URLSearchParams, options?: { replace: boolean }) => void;
};

const settleMs = 300;

const states = [
  { value: '', label: 'Any state' },
  ...Object.entries(stateLooks).map(([value, look]) => ({ value, label: look.word })),
];

const addressOf = (search: string, state: string): URLSearchParams => {
  const params = new URLSearchParams();
  if (search !== '') params.set('q', search);
  if (state !== '') params.set('state', state);
  return params;
};

/** Search settles before it is asked and replaces the address; a chosen state is a step one can go back from. */
export function ServersFilter({ search, state, onChange }: ServersFilterProps) {
  const [typed, setTyped] = useState(search);
  useEffect(() => setTyped(search), [search]);
  useEffect(() => {
    if (typed === search) return;
    const timer = window.setTimeout(() => onChange(addressOf(typed, state ?? ''), { replace: true }), settleMs);
    return () => window.clearTimeout(timer);
  }, [typed, search, state, onChange]);

  return (
    <Group component="search" gap="sm" align="flex-end" className="filters">
      <TextInput
        type="search"
        label="Search"
        placeholder="Name, title or description"
        maxLength={200}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        className="filter-search"
      />
      <NativeSelect
        label="State of latest version"
        data={states}
        value={state ?? ''}
        onChange={(event) => onChange(addressOf(typed, event.currentTarget.value))}
        className="filter-state"
      />
    </Group>
  );
}
