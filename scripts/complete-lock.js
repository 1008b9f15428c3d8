// Adds to package-lock.json the binaries of other platforms that a registry did not serve when the
// lock was written: `npm ci` refuses a lock without them, also where they are not needed. Their
// digests are not known then, so npm takes theirs from the registry that installs them. Run after
// `npm install` where `npm ci` complains of "Missing: … from lock file".
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const platforms = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

let added = 0;
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (lock.packages[`node_modules/${name}`] || lock.packages[`${path}/node_modules/${name}`]) continue;
    const words = name.split(/[/-]/);
    const os = platforms.filter((platform) => words.includes(platform));
    const cpu = processors.filter((processor) => words.includes(processor));
    if (os.length === 0 || cpu.length === 0) throw new Error(`${name} does not say for which platform it is`);
    lock.packages[`node_modules/${name}`] = { version, cpu, ...(dev ? { dev } : {}), optional: true, os };
    added += 1;
  }
}
const byName = ([a], [b]) => (a < b ? -1 : 1);
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(byName));
writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
process.stdout.write(`${added} added\n`);
