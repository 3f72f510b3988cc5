import { expect, it } from '@jest/globals';
import { eventually } from '../child-processes.js';
import { INVOICES, type OwnersStory } from './story.js';

type Imported = { tools: { name: string; destructive: boolean }[]; version?: { state: string } };

const DESCRIPTION = `openapi: 3.1.0
info: { title: Invoices, version: 2.1.0, description: Sends invoices. }
servers: [{ url: "https://invoices.acme.example" }]
paths:
  /invoices/{id}:
    get:
      operationId: getInvoice
      summary: Returns one invoice.
      parameters: [{ name: id, in: path, required: true, description: Which invoice., schema: { type: string } }]
      responses: { "200": { description: The invoice., content: { application/json: { schema: { type: object } } } } }
    delete:
      operationId: deleteInvoice
      summary: Deletes one invoice.
      parameters: [{ name: id, in: path, required: true, description: Which invoice., schema: { type: string } }]
      responses: { "204": { description: Gone. } }
`;

/** An API that exists becomes a server under review, with its operations as tools. */
export function aRestApiBecomesADraft(story: OwnersStory): void {
  const TOOLS = [
    { name: 'getInvoice', destructive: false },
    { name: 'deleteInvoice', destructive: true },
  ];

  it('shows the tools first, to anybody, and publishes nothing', async () => {
    const file = story.file('invoices.yaml', DESCRIPTION);
    const tried = (await story.done(null, 'import', 'openapi', file, '--name', INVOICES, '--dry-run')) as Imported;
    expect(tried.tools).toMatchObject(TOOLS);
    expect((await story.json('owner', 'servers', 'show', INVOICES)).error?.code).toBe('NOT_FOUND');
  });

  it('makes a draft that is handed in for review', async () => {
    const file = story.file('invoices.yaml', DESCRIPTION);
    const contact = ['--contact', 'payments@acme.example'];
    const made = (await story.done('ci', 'import', 'openapi', file, '--name', INVOICES, ...contact)) as Imported;
    expect(made).toMatchObject({ tools: TOOLS, version: { version: '2.1.0', state: 'draft' } });
    await eventually(
      () => story.json('ci', 'can-i', 'promote', `${INVOICES}@2.1.0`),
      (gate) => gate.exit === 0,
    );
    const handed = await story.done('ci', 'promote', `${INVOICES}@2.1.0`);
    expect(handed).toMatchObject({ version: { state: 'in_review' } });
    // what it may destroy waits for a reviewer's ruling
    const gate = await story.json('reviewer', 'can-i', 'promote', `${INVOICES}@2.1.0`);
    expect(JSON.stringify(gate.data)).toContain('deleteInvoice');
  });
}
