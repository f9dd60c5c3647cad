/** The first step of a new package: drop or choose files and see them reach the site. */
import { ActionIcon, Button, FileButton, Group, Progress, Stack, Text, Tooltip } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { IconCircleCheck, IconCloudUpload, IconFolder, IconRefresh, IconX } from '@tabler/icons-react';
import { useRef } from 'react';
import { byteSize } from '../parts/sizes.ts';
import { pathAllowed, type Upload, type useUploads } from './files.ts';

type Uploads = ReturnType<typeof useUploads>;

function stateWords({ path, state, sent, file, problem }: Upload): string {
  if (!pathAllowed(path)) return 'This name cannot be in a package: remove it';
  switch (state) {
    case 'queued':
      return 'Waiting';
    case 'hashing':
      return 'Hashing';
    case 'uploading':
      return `Uploading ${byteSize(sent)} of ${byteSize(file.size)}`;
    case 'storing':
      return 'The site verifies it';
    case 'done':
      return 'Stored';
    case 'failed':
      return `${problem?.message ?? 'Failed.'} ${problem?.remedy ?? ''}`;
  }
}

function FileRow({ upload, remove, again }: { upload: Upload } & Pick<Uploads, 'remove' | 'again'>) {
  const { path, file, state, sent } = upload;
  const failed = state === 'failed' || !pathAllowed(path);
  const percent =
    state === 'done' || state === 'storing' ? 100 : file.size === 0 ? 0 : (sent / file.size) * 100;
  return (
    <Group gap="xs" wrap="nowrap" component="li" align="center">
      <Stack gap={3} flex={1} miw={0}>
        <Group justify="space-between" gap="xs" wrap="nowrap">
          <Text size="sm" className="hostile">
            {path}
          </Text>
          <Text size="xs" c="dimmed" className="number" style={{ whiteSpace: 'nowrap' }}>
            {byteSize(file.size)}
          </Text>
        </Group>
        <Progress
          value={percent}
          size={4}
          color={failed ? 'red' : state === 'done' ? 'teal' : 'tide'}
          aria-label={`Upload of ${path}`}
        />
        <Text size="xs" c={failed ? 'red' : 'dimmed'} className="hostile">
          {stateWords(upload)}
        </Text>
      </Stack>
      {state === 'done' && <IconCircleCheck size={18} color="var(--mantine-color-teal-6)" aria-hidden />}
      {state === 'failed' && (
        <Tooltip label="Send again">
          <ActionIcon variant="subtle" onClick={() => again(path)} aria-label={`Send ${path} again`}>
            <IconRefresh size={16} />
          </ActionIcon>
        </Tooltip>
      )}
      <ActionIcon variant="subtle" color="gray" onClick={() => remove(path)} aria-label={`Remove ${path}`}>
        <IconX size={16} />
      </ActionIcon>
    </Group>
  );
}

/** `webkitdirectory` is what every browser calls it, and what React does not know as a property. */
function FolderButton({ add }: { add: Uploads['add'] }) {
  const input = useRef<HTMLInputElement>(null);
  const choose = () => {
    input.current?.setAttribute('webkitdirectory', '');
    input.current?.click();
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Folder"
        onChange={(event) => {
          add([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
      <Button variant="default" size="xs" leftSection={<IconFolder size={14} />} onClick={choose}>
        Choose a folder
      </Button>
    </>
  );
}

export function UploadStep({ uploads, add, remove, again }: Uploads) {
  const stored = uploads.filter(({ state }) => state === 'done').length;
  return (
    <Stack mt="md">
      <Dropzone
        onDrop={add}
        activateOnClick={false}
        p="xl"
        useFsAccessApi={false}
        inputProps={{ 'aria-label': 'Files' }}
      >
        <Stack align="center" gap="xs">
          <IconCloudUpload size={38} stroke={1.4} color="var(--mantine-primary-color-filled)" aria-hidden />
          <Text fw={600}>Drop files or a folder here</Text>
          <Text size="sm" c="dimmed" ta="center">
            Installers and everything they need. A folder keeps its structure.
          </Text>
          <Group gap="xs" justify="center">
            <FileButton multiple onChange={add}>
              {(props) => (
                <Button size="xs" {...props}>
                  Choose files
                </Button>
              )}
            </FileButton>
            <FolderButton add={add} />
          </Group>
        </Stack>
      </Dropzone>
      {uploads.length > 0 && (
        <>
          <Text size="sm" c="dimmed" role="status">
            {stored} of {uploads.length} {uploads.length === 1 ? 'file' : 'files'} stored
          </Text>
          <Stack gap="sm" component="ul" className="plain-list dropped" aria-label="Files of the package">
            {uploads.map((upload) => (
              <FileRow key={upload.path} upload={upload} remove={remove} again={again} />
            ))}
          </Stack>
        </>
      )}
    </Stack>
  );
}
