// Formats a row's table. Pure.
import type { Figures } from "./measure.ts";
import type { Machine } from "./machine.ts";
import type { Measured } from "./row.ts";

/** Lines for a terminal: medians with extremes, hearth's ratio to each peer, goals and limits. */
export function table({ title, runs, contenders, goals, limits }: Measured<string>, machine: Machine): string {
  const hearth = contenders[0]!;
  const phases = Object.keys(hearth.phases);
  const hasPeers = contenders.length > 1;
  const ratioTo = (figures: Figures, phase: string) => (hearth.phases[phase]!.median / figures.median).toFixed(2);
  const cells = (contender: typeof hearth, phase: string) => {
    const figures = contender.phases[phase]!;
    return [spread(figures), ...(hasPeers ? [contender === hearth ? "" : ratioTo(figures, phase)] : [])];
  };
  const head = ["seconds", ...phases.flatMap(phase => [phase, ...(hasPeers ? [`${hearth.name} / it`] : [])])];
  const lines = columns([
    head,
    ...contenders.map(contender => [contender.name, ...phases.flatMap(phase => cells(contender, phase))]),
  ]);
  const aims = [
    ...goals.map(({ atMost, met, phase, description, ratio }) => ({
      mark: atMost === undefined ? "·" : mark(met),
      phase,
      description,
      amount: amount(ratio),
    })),
    ...limits.map(({ met, phase, description, median }) => ({
      mark: mark(met),
      phase,
      description,
      amount: `${s(median)} s`,
    })),
  ];
  return [
    title,
    [
      `median of ${runs} (min–max)`,
      `${machine.cpus} × ${machine.cpu}`,
      `node ${machine.node}`,
      `pulumi ${machine.pulumi}`,
      machine.commit,
    ].join(" · "),
    "",
    ...lines.map(line => `  ${line}`.trimEnd()),
    ...(aims.length > 0 ? [""] : []),
    ...aims.map(aim => `  ${aim.mark} ${aim.phase}: ${aim.description}: ${aim.amount}`),
  ].join("\n");
}

function mark(met: boolean): string {
  return met ? "✓" : "✗";
}

function spread({ median, min, max }: Figures): string {
  return `${s(median)} (${s(min)}–${s(max)})`;
}

function s(ms: number): string {
  return (ms / 1000).toFixed(2);
}

function amount(ratio: number): string {
  return ratio < 1 ? `ratio ${ratio.toFixed(3)}, ${(1 / ratio).toFixed(1)} × faster` : `ratio ${ratio.toFixed(2)}`;
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, index) => Math.max(...rows.map(row => row[index]!.length)));
  return rows.map(row => row.map((cell, index) => cell.padEnd(widths[index]!)).join("   "));
}
