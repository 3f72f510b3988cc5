// Imported first by every entry script, and written for old Nodes: the sentence must reach the person who has one.
const wanted = { major: 20, minor: 19 };
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < wanted.major || (major === wanted.major && minor < wanted.minor)) {
  console.error(
    `Rollcall needs Node ${wanted.major}.${wanted.minor} or newer, and this is Node ${process.versions.node}. Install a newer Node and run the same command again.`,
  );
  process.exit(69);
}
