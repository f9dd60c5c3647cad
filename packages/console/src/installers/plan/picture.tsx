/** What a plan does with every file, as a picture: a cell for each, under its folder, coloured and signed by the decision. */
import type { InstallerPlan, PlannedDecision, PlannedFile } from '@holdfast/contract/web';
import { Text } from '@mantine/core';
import { type KeyboardEvent, type MouseEvent, memo, useId, useMemo, useState } from 'react';
import { counted } from '../../parts/counted.ts';
import { byteSize } from '../../parts/sizes.ts';
import { countWords, type FolderView, foldersOf, lookOfDecision, nameOf } from './decisions.ts';

type FolderProps = {
  readonly folder: FolderView;
  /** Place of its first file among all cells. */
  readonly first: number;
  readonly idOf: (place: number) => string;
  readonly chosen: PlannedDecision | undefined;
  /** Place of the cell that is looked at, where it is in this folder. */
  readonly active: number | undefined;
};

function label({ path, do: decision, reason }: PlannedFile): string {
  return `${nameOf(path)}: ${lookOfDecision(decision).words}, ${reason}`;
}

const Folder = memo(function Folder({ folder, first, idOf, chosen, active }: FolderProps) {
  const { below, counts, files, untold } = folder;
  const depth = below === '' ? 0 : below.split('\\').length;
  return (
    // biome-ignore lint/a11y/useSemanticElements: inside a listbox options are grouped so
    <div
      className="plan-folder"
      role="group"
      aria-label={`${folder.path}: ${countWords(counts)}`}
      style={{ '--depth': Math.min(depth, 6) } as React.CSSProperties}
    >
      <div className="plan-folder-name" aria-hidden="true">
        {below !== '' && <span className="hostile">{below}</span>}
        <span className="plan-dim number">{countWords(counts)}</span>
      </div>
      <div className="plan-cells" role="presentation">
        {files.map((file, at) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the listbox has the focus, and says which one is looked at
          <span
            key={file.file}
            id={idOf(first + at)}
            role="option"
            className="plan-cell"
            data-do={file.do}
            data-place={first + at}
            data-faint={chosen !== undefined && chosen !== file.do}
            aria-selected={active === first + at}
            aria-label={label(file)}
            title={label(file)}
          >
            {lookOfDecision(file.do).sign}
          </span>
        ))}
        {untold > 0 && <span className="plan-dim">and {counted(untold, 'more file', 'more files')}</span>}
      </div>
    </div>
  );
});

/** Where an arrow key leads. */
function moved(key: string, place: number, firsts: readonly number[], total: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
      return Math.min(place + 1, total - 1);
    case 'ArrowLeft':
      return Math.max(place - 1, 0);
    case 'ArrowDown':
      return firsts.find((first) => first > place) ?? total - 1;
    case 'ArrowUp':
      return firsts.findLast((first) => first < place) ?? 0;
    case 'Home':
      return 0;
    case 'End':
      return total - 1;
  }
  return undefined;
}

function stateWords({ version, size }: PlannedFile['packaged']): string {
  return `${version === undefined ? '' : `version ${version}, `}${byteSize(size)}`;
}

/** Nobody looks at the version of a file that goes. */
function sides({ packaged, existing, do: decision }: PlannedFile): string {
  const machine = existing === undefined ? decision === 'install' && 'no such file' : stateWords(existing);
  return `Package: ${stateWords(packaged)}${machine === false ? '' : ` · machine: ${machine}`}`;
}

/** The file that is looked at. */
function Looked({ file }: { file: PlannedFile | undefined }) {
  return (
    <div className="plan-looked" role="status">
      {file === undefined ? (
        <Text size="sm" c="dimmed">
          Choose a file to see why: with the mouse, or with the arrow keys.
        </Text>
      ) : (
        <>
          <Text size="sm" fw={600} className="hostile">
            {file.path}
          </Text>
          <Text size="sm" className="hostile">
            {lookOfDecision(file.do).sign} {lookOfDecision(file.do).words}: {file.reason}{' '}
            <span className="plan-dim">({file.rule})</span>
          </Text>
          <Text size="xs" c="dimmed" className="number hostile">
            {sides(file)}
          </Text>
        </>
      )}
    </div>
  );
}

export function Picture(props: { plan: InstallerPlan; chosen: PlannedDecision | undefined }) {
  const { plan, chosen } = props;
  const [active, setActive] = useState<number>();
  const base = useId();
  const { common, views, firsts, files } = useMemo(() => {
    const found = foldersOf(plan);
    const shown = found.views.flatMap((view) => view.files);
    let next = 0;
    const starts = found.views.map((view) => {
      const first = next;
      next += view.files.length;
      return first;
    });
    return { ...found, firsts: starts, files: shown };
  }, [plan]);
  const idOf = useMemo(() => (place: number) => `${base}-${place}`, [base]);
  if (views.length === 0) return null;

  const look = (place: number) => {
    setActive(place);
    document.getElementById(idOf(place))?.scrollIntoView({ block: 'nearest' });
  };
  const byKey = (event: KeyboardEvent) => {
    const place = moved(event.key, active ?? -1, firsts, files.length);
    if (place === undefined) return;
    event.preventDefault();
    look(place);
  };
  const byMouse = (event: MouseEvent) => {
    const cell = event.target instanceof Element ? event.target.closest('[data-place]') : null;
    const place = cell?.getAttribute('data-place');
    if (place !== null && place !== undefined) setActive(Number(place));
  };
  return (
    <div className="plan-picture">
      <Text size="sm" fw={600} className="hostile mono">
        {common === '' ? 'This machine' : common}
      </Text>
      <div
        role="listbox"
        tabIndex={0}
        className="plan-folders"
        aria-label="Files of the plan by folder"
        {...(active === undefined ? {} : { 'aria-activedescendant': idOf(active) })}
        onKeyDown={byKey}
        onClick={byMouse}
        onFocus={() => setActive((before) => before ?? 0)}
      >
        {views.map((folder, at) => {
          const first = firsts[at] ?? 0;
          const inside = active !== undefined && active >= first && active < first + folder.files.length;
          return (
            <Folder
              key={folder.path}
              folder={folder}
              first={first}
              idOf={idOf}
              chosen={chosen}
              active={inside ? active : undefined}
            />
          );
        })}
      </div>
      <Looked file={active === undefined ? undefined : files[active]} />
    </div>
  );
}
