import { Button, Menu, Text } from '@mantine/core';
import { IconApi, IconChevronDown, IconLogout } from '@tabler/icons-react';
import { Link, NavLink, Outlet } from 'react-router';
import { SafeText } from '../display/safe-text.js';
import { StaleNotice } from '../live/stale-notice.js';
import { UnreadCount } from '../notices/unread-count.js';
import { useSession } from '../session/session.hook.js';
import { Brand } from './brand.js';

const screens = [
  { to: '/servers', label: 'Servers' },
  { to: '/checks', label: 'Checks' },
  { to: '/gateways', label: 'Gateways' },
  { to: '/notices', label: 'Notices' },
  { to: '/policy', label: 'Policy' },
  { to: '/audit', label: 'Audit' },
];

/** Landmarks of every screen: banner with navigation, then main. */
export function Shell() {
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <header className="banner">
        <div className="banner-inner">
          <Link to="/servers" className="brand-link" aria-label="Rollcall, list of servers">
            <Brand />
          </Link>
          <nav aria-label="Screens" className="screens">
            {screens.map((screen) => (
              <NavLink key={screen.to} to={screen.to} className="screen-link">
                {screen.label}
                {screen.to === '/notices' && <UnreadCount />}
              </NavLink>
            ))}
          </nav>
          <Account />
        </div>
      </header>
      <StaleNotice />
      <main id="main" className="content" tabIndex={-1}>
        <Outlet />
      </main>
    </>
  );
}

function Account() {
  const { viewer, signOut, signOutEverywhere } = useSession();
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button variant="subtle" size="compact-md" rightSection={<IconChevronDown size={14} aria-hidden />}>
          <span className="account-handle">
            <SafeText text={viewer.principal.handle} />
          </span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <div className="account-card">
          <Text fw={600} size="sm">
            <SafeText text={viewer.principal.displayName} />
          </Text>
          <Text size="sm" c="dimmed">
            <SafeText text={viewer.organization.name} />
          </Text>
          {viewer.roles.length > 0 && (
            <Text size="sm" c="dimmed">
              {viewer.roles.join(', ')}
            </Text>
          )}
        </div>
        <Menu.Divider />
        <Menu.Item component="a" href="/graphql" leftSection={<IconApi size={16} aria-hidden />}>
          Explore the API
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={signOut}>
          Sign out
        </Menu.Item>
        {signOutEverywhere !== null && (
          <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={signOutEverywhere}>
            Sign out in every browser
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
