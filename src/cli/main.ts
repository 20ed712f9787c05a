/** The command line begins here: arguments in, exit code out. */
import { run } from './program.ts'
import { processWorld } from './world.ts'

const BROKEN_PIPE = 'EPIPE'

// `carillon runs follow | head` is no fault: whoever read along has seen enough.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === BROKEN_PIPE) process.exit(0)
    throw error
  })

const code = await run(process.argv.slice(2), processWorld())
// What is written to a pipe may still be on its way; then nothing that was left open keeps the shell waiting.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
