import { readdir, readFile, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

import type { Plugin } from 'vite'

/** What is text. Fonts are compressed already. */
const COMPRESSIBLE = new Set(['.css', '.html', '.js', '.svg'])

/** A smaller file travels in one packet in any form. */
const LEAST_BYTES = 1024

const ENCODERS = {
  '.br': (content: Buffer) =>
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
  '.gz': (content: Buffer) => promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION }),
}

/** Writes a Brotli and a gzip copy beside each text file of the build, for the gateway to serve in its place. */
export function compressedCopies(): Plugin {
  return {
    name: 'compressed-copies',
    apply: 'build',
    async writeBundle({ dir }) {
      if (dir === undefined) throw new Error('The build names no folder that it is written to.')
      const entries = await readdir(dir, { recursive: true, withFileTypes: true })
      const files = entries.filter((entry) => entry.isFile() && COMPRESSIBLE.has(extname(entry.name)))
      await Promise.all(files.map((file) => writeCopies(join(file.parentPath, file.name))))
    },
  }
}

async function writeCopies(path: string): Promise<void> {
  const content = await readFile(path)
  if (content.length < LEAST_BYTES) return
  for (const [suffix, encode] of Object.entries(ENCODERS))
    await writeFile(path + suffix, await encode(content))
}
