#!/usr/bin/env node
import { main } from '../dist/cli.js';
import { nodeIo } from '../dist/io.js';

process.exitCode = await main(process.argv.slice(2), nodeIo());
