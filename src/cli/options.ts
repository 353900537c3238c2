import { type Command, InvalidArgumentError, Option } from 'commander';
import { DIMENSIONS, type Dimension } from '../core/audit/audit.ts';
import { WHAT_IF_AXES, type WhatIfAxis } from '../core/estimate/choices.ts';
import type { ImageSize } from '../core/media/image-tokens.ts';
import { type Money, parseUsd } from '../core/money.ts';
import { type Instant, parseInstant } from '../core/time.ts';
import { type Destination, FORMAT_NAMES, FORMATS, type FormatName } from '../output/index.ts';
import { safeText } from '../output/safe.ts';

/** Takes the exit code of a command. */
export type SetCode = (code: number) => void;

export function withPrintOptions(
  command: Command,
  formats: readonly FormatName[] = FORMAT_NAMES,
): Command {
  const help = formats.map((name) => `${name} (${FORMATS[name].help})`);
  return command
    .addOption(
      new Option(
        '-f, --format <format>',
        `${help.join(', ')}; repeatable, and format=file writes a file`,
      )
        .argParser(destinations(formats))
        .default(TEXT, 'text'),
    )
    .option('--color', 'colour even when it is piped')
    .option('--no-color', 'no colour')
    .option('-q, --quiet', 'no warnings and notes, but why something does not pass');
}

export const TEXT: readonly Destination[] = [{ format: 'text', file: undefined }];

/** Several formats may be asked for, but standard output has room for one. */
export function destinations(formats: readonly FormatName[]) {
  return (value: string, previous: readonly Destination[]): Destination[] => {
    const added = value.split(',').map((part) => destination(part.trim(), formats));
    const all = previous === TEXT ? added : [...previous, ...added];
    const places = all.map(({ file }) => file);
    for (const file of new Set(places)) {
      if (places.filter((other) => other === file).length < 2) continue;
      const where = file === undefined ? 'standard output' : safeText(file);
      throw new InvalidArgumentError(
        `Two formats cannot both go to ${where}; name a file, such as json=report.json.`,
      );
    }
    return all;
  };
}

export function destination(part: string, formats: readonly FormatName[]): Destination {
  const [name = '', ...rest] = part.split('=');
  const format = formats.find((each) => each === name);
  if (format === undefined) {
    throw new InvalidArgumentError(`"${safeText(name)}" is none of ${formats.join(', ')}.`);
  }
  if (rest.length === 0) return { format, file: undefined };
  const file = rest.join('=');
  if (file === '') throw new InvalidArgumentError(`"${name}=" names no file.`);
  return { format, file: file === '-' ? undefined : file };
}

export function names(value: string, previous: readonly string[] = []): string[] {
  const added = value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (added.length === 0) throw new InvalidArgumentError('It must name a model.');
  return [...new Set([...previous, ...added])];
}

export function axes(value: string, previous: readonly WhatIfAxis[] = []): WhatIfAxis[] {
  return names(value, previous).map((name) => {
    const axis = WHAT_IF_AXES.find((known) => known === name);
    if (axis) return axis;
    const known = WHAT_IF_AXES.join(', ');
    throw new InvalidArgumentError(`"${safeText(name)}" is none of ${known}.`);
  });
}

export function imageSize(value: string): ImageSize {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(value) ?? [];
  if (!Number(width) || !Number(height)) {
    throw new InvalidArgumentError('It must be width and height in pixels, such as 1024x768.');
  }
  return { width: Number(width), height: Number(height) };
}

/** From 0 to 1. */
export function share(value: string): number {
  const isPercent = value.endsWith('%');
  const number = Number(isPercent ? value.slice(0, -1) : value) / (isPercent ? 100 : 1);
  if (!/^\d+(\.\d+)?%?$/.test(value) || number > 1) {
    throw new InvalidArgumentError('It must be a share such as 0.5 or 50%.');
  }
  return number;
}

/** Whole, as a value may hold a comma. */
export function each(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

export function dimensions(value: string, previous: readonly Dimension[] = []): Dimension[] {
  const known = Object.keys(DIMENSIONS);
  return names(value, previous).map((name) => {
    if (!known.includes(name)) {
      throw new InvalidArgumentError(`"${safeText(name)}" is none of ${known.join(', ')}.`);
    }
    return name as Dimension;
  });
}

export function percents(value: string, previous: readonly number[] = []): number[] {
  const added = value.split(',').map((part) => {
    if (!/^\d+(\.\d{1,2})?%?$/.test(part.trim()) || Number.parseFloat(part) > 100) {
      throw new InvalidArgumentError('It must be a percentage such as 80.');
    }
    return Number.parseFloat(part);
  });
  return [...previous, ...added];
}

export function wholeNumber(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError('It must be a whole number such as 1000.');
  }
  return number;
}

export function positiveNumber(value: string): number {
  const number = wholeNumber(value);
  if (number === 0) throw new InvalidArgumentError('It must be at least 1.');
  return number;
}

export function seconds(value: string): number {
  if (!/^\d{1,6}(\.\d{1,6})?$/.test(value)) {
    throw new InvalidArgumentError('It must be a number of seconds such as 90 or 12.5.');
  }
  return Number(value);
}

export function instant(value: string): Instant {
  const parsed = parseInstant(value);
  if (parsed === undefined) {
    throw new InvalidArgumentError('It must be a date such as 2026-07-30.');
  }
  return parsed;
}

export function dollars(value: string): Money {
  const amount = parseUsd(value.replace(/^\$/, ''));
  if (amount === undefined) throw new InvalidArgumentError('It must be an amount such as 12.50.');
  return amount;
}
