/** The address of a server's screen; the slash of its registry name stays a slash. */
export function serverAddress(name: string, version?: string): string {
  const path = name.split('/').map(encodeURIComponent).join('/');
  return version === undefined ? `/servers/${path}` : `/servers/${path}?${new URLSearchParams({ version })}`;
}
