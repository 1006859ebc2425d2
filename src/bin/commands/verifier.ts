import { verifierPage } from '../verify/page.ts'

/** Prints the page that checks proof files in a browser: one HTML file, made of the sources that `habeas verify` runs. */
export async function verifierCommand(print: (line: string) => void): Promise<number> {
  print(await verifierPage())
  return 0
}
