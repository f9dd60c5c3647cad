/** The features of an .msi as a tree: what is installed, at which level, and how much of the whole each holds. */
import type { InstallerDescription, InstallerFeature } from '@holdfast/contract/web';
import {
  Anchor,
  Badge,
  Group,
  getTreeExpandedState,
  type RenderTreeNodePayload,
  Text,
  Tooltip,
  Tree,
  type TreeNodeData,
  useTree,
} from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { counted } from '../parts/counted.ts';
import { byteSize } from '../parts/sizes.ts';
import { type Branch, branchesOf } from './branches.ts';

/** Features that are shown open at first; larger trees begin with their first level. */
const mostOpen = 60;

function nodesOf(branches: readonly Branch[]): TreeNodeData[] {
  return branches.map(({ feature, children }) => ({
    value: feature.id,
    label: feature.title === '' ? feature.id : feature.title,
    ...(children.length === 0 ? {} : { children: nodesOf(children) }),
  }));
}

function byId(branches: readonly Branch[], into = new Map<string, Branch>()): ReadonlyMap<string, Branch> {
  for (const branch of branches) {
    into.set(branch.feature.id, branch);
    byId(branch.children, into);
  }
  return into;
}

function LevelBadge({ feature }: { feature: InstallerFeature }) {
  const [words, color] = feature.byDefault
    ? ['installed', 'teal']
    : feature.level === 0
      ? ['never', 'gray']
      : ['on request', 'yellow'];
  return (
    <Tooltip label={`On 64-bit Windows 10, if nobody chooses otherwise: ${feature.why}`} multiline maw={360}>
      <Badge color={color} variant="light" radius="sm" tt="none">
        {words}, level {feature.level}
      </Badge>
    </Tooltip>
  );
}

/** What a feature holds beside its files. */
function heldWords({ components, registry }: InstallerFeature): string {
  return [
    ...(registry === 0 ? [] : [counted(registry, 'registry value', 'registry values')]),
    counted(components, 'component', 'components'),
  ].join(', ');
}

function Node(props: { branch: Branch; whole: number; payload: RenderTreeNodePayload; show: () => void }) {
  const { feature, bytes } = props.branch;
  const { hasChildren, expanded, elementProps } = props.payload;
  const share = props.whole === 0 ? 0 : (bytes / props.whole) * 100;
  return (
    <div {...elementProps} className={`feature ${elementProps.className}`}>
      <IconChevronRight
        size={14}
        aria-hidden
        className="feature-arrow"
        data-expanded={expanded}
        visibility={hasChildren ? 'visible' : 'hidden'}
      />
      <div className="feature-words">
        <Group gap="xs">
          <Text size="sm" fw={550} className="hostile">
            {feature.title === '' ? feature.id : feature.title}
          </Text>
          <LevelBadge feature={feature} />
        </Group>
        <Text size="xs" c="dimmed" className="hostile">
          <span className="mono">{feature.id}</span>
          {feature.description === '' ? '' : ` · ${feature.description}`}
        </Text>
        {feature.conditions.map(({ level, condition }) => (
          <Text key={`${level} ${condition}`} size="xs" c="dimmed" className="hostile">
            level {level} if <span className="mono">{condition}</span>
          </Text>
        ))}
      </div>
      <div className="feature-size">
        <div
          className="share"
          role="img"
          aria-label={`${Math.round(share)} percent of all files`}
          style={{ '--share': `${share}%` } as React.CSSProperties}
        />
        <Text size="xs" className="number">
          {feature.files > 0 && (
            <>
              <Anchor
                component="button"
                size="xs"
                aria-label={`Show the files of ${feature.id}`}
                onClick={(event) => {
                  event.stopPropagation();
                  props.show();
                }}
              >
                {counted(feature.files, 'file', 'files')}
              </Anchor>
              ,{' '}
            </>
          )}
          {byteSize(bytes)}
        </Text>
        <Text size="xs" c="dimmed" className="number">
          {heldWords(feature)}
        </Text>
      </div>
    </div>
  );
}

export function Features({
  found,
  showFiles,
}: {
  found: InstallerDescription;
  showFiles: (feature: string) => void;
}) {
  const branches = branchesOf(found.features);
  const nodes = nodesOf(branches);
  const places = byId(branches);
  const whole = branches.reduce((sum, { bytes }) => sum + bytes, 0);
  const tree = useTree({
    initialExpandedState: found.features.length <= mostOpen ? getTreeExpandedState(nodes, '*') : {},
  });
  if (nodes.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        This package has no features.
      </Text>
    );
  }
  return (
    <>
      <Tree
        data={nodes}
        tree={tree}
        levelOffset={22}
        aria-label="Features"
        className="features"
        renderNode={(payload) => {
          const branch = places.get(payload.node.value);
          return branch === undefined ? null : (
            <Node branch={branch} whole={whole} payload={payload} show={() => showFiles(branch.feature.id)} />
          );
        }}
      />
      {found.features.length < found.totals.features && (
        <Text size="sm" c="dimmed" mt="sm">
          The first {found.features.length.toLocaleString()} of {found.totals.features.toLocaleString()}{' '}
          features.
        </Text>
      )}
    </>
  );
}
