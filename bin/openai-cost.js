#!/usr/bin/env node
import { main } from '../dist/cli.js';
import { nodeIo } from '../dist/io.js';

// `openai-cost ... | head` closes the pipe early; that is no error of ours.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await main(process.argv.slice(2), nodeIo());
