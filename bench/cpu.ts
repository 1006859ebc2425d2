import { readdir, readFile } from 'node:fs/promises'

/** Ticks of /proc are hundredths of a second on every Linux that Node runs on. */
const MS_A_TICK = 10

/** A process and all that it has started. */
export async function treeOf(root: number): Promise<readonly number[]> {
  const parents = new Map<number, number>()
  for (const name of await readdir('/proc')) {
    const pid = Number(name)
    const stat = Number.isInteger(pid) ? await statOf(pid) : undefined
    if (stat) parents.set(pid, Number(stat[1]))
  }
  const tree = new Set([root])
  for (let grown = 0; grown !== tree.size;) {
    grown = tree.size
    for (const [pid, parent] of parents) if (tree.has(parent)) tree.add(pid)
  }
  return [...tree]
}

/** Processor time of a process and all that it has started, those that ended included, in ms. */
export async function cpuMs(root: number): Promise<number> {
  let ticks = 0
  for (const pid of await treeOf(root)) {
    const stat = await statOf(pid)
    // utime, stime, and those of children that ended and were waited for.
    if (stat) ticks += Number(stat[11]) + Number(stat[12]) + Number(stat[13]) + Number(stat[14])
  }
  return ticks * MS_A_TICK
}

/** Memory of a process and all that it has started, in MiB: pages that several share are counted once. */
export async function memoryMib(root: number): Promise<{ tree: number; root: number }> {
  let kib = 0
  for (const pid of await treeOf(root)) kib += await fieldOf(pid, 'smaps_rollup', 'Pss')
  return { tree: kib / 1024, root: (await fieldOf(root, 'status', 'VmRSS')) / 1024 }
}

/** The fields of /proc/PID/stat after the name, which may hold spaces. */
async function statOf(pid: number): Promise<readonly string[] | undefined> {
  const content = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  return content?.slice(content.lastIndexOf(')') + 2).split(' ')
}

async function fieldOf(pid: number, file: string, name: string): Promise<number> {
  const content = await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(content)?.[1] ?? 0)
}
