import { Navigate, Route, Routes } from 'react-router';
import { AuditPage } from './audit/audit.page.js';
import { CheckPage } from './checks/check.page.js';
import { ChecksPage } from './checks/checks.page.js';
import { EmptyState } from './display/empty-state.js';
import { GatewaysPage } from './gateways/gateways.page.js';
import { Page } from './layout/page.js';
import { Shell } from './layout/shell.js';
import { NoticesPage } from './notices/notices.page.js';
import { PolicyPage } from './policy/policy.page.js';
import { ServerPage } from './server/server.page.js';
import { ServersPage } from './servers/servers.page.js';

/** Every screen has an address; registry names contain a slash, so a server's address takes the rest of the path. */
export function ConsoleRoutes() {
  return (
    <Routes>
      <Route element={<Shell />}>
        <Route index element={<Navigate to="/servers" replace />} />
        <Route path="/sign-in" element={<Navigate to="/servers" replace />} />
        <Route path="/servers" element={<ServersPage />} />
        <Route path="/servers/*" element={<ServerPage />} />
        <Route path="/checks" element={<ChecksPage />} />
        <Route path="/checks/:id" element={<CheckPage />} />
        <Route path="/gateways" element={<GatewaysPage />} />
        <Route path="/notices" element={<NoticesPage />} />
        <Route path="/policy" element={<PolicyPage />} />
        <Route path="/audit" element={<AuditPage />} />
        <Route path="*" element={<NoSuchPage />} />
      </Route>
    </Routes>
  );
}

function NoSuchPage() {
  return (
    <Page title="No such page" answer="This address belongs to no screen of the console.">
      <EmptyState title="Nothing is here">Open the list of servers from the navigation above.</EmptyState>
    </Page>
  );
}
