/** What an operation does, in a few words for people. */
import type { RegistryChange } from '../host/model.ts';
import { dataText } from '../root/data.ts';
import type { FileBytes, Operation } from './model.ts';

function placeWords({ place }: RegistryChange): string {
  return `${place.hive}\\${place.key}${place.view === '32' ? ' (32-bit view)' : ''}`;
}

function changeWords(change: RegistryChange): string {
  switch (change.kind) {
    case 'set':
      return `set ${placeWords(change)} ${change.name === '' ? '(default)' : change.name} = ${dataText(change.data)}`;
    case 'remove-value':
      return `remove ${placeWords(change)} ${change.name === '' ? '(default)' : change.name}`;
    case 'create-key':
      return `create ${placeWords(change)}`;
    case 'remove-key':
      return `remove ${placeWords(change)} and all below it`;
  }
}

function sourceWords(bytes: FileBytes): string {
  switch (bytes.from) {
    case 'package':
      return `file ${bytes.file} of the package`;
    case 'database':
      return 'the package itself';
    case 'stream':
      return `${bytes.stream} of the package`;
    case 'machine':
      return bytes.path;
    case 'memory':
      return 'made here';
  }
}

/** One line, whatever the operation is. */
export function operationWords(operation: Operation): string {
  switch (operation.kind) {
    case 'create-folder':
      return `make the folder ${operation.path}`;
    case 'remove-folder':
      return `remove the folder ${operation.path}`;
    case 'place-file':
      return `write ${operation.path} (${operation.size} bytes, ${sourceWords(operation.bytes)})`;
    case 'remove-file':
      return `remove ${operation.path}`;
    case 'change-registry':
      return operation.changes.map(changeWords).join('; ');
    case 'put-service':
      return `register the service ${operation.configuration.name}: ${operation.configuration.binaryPath}`;
    case 'remove-service':
      return `remove the service ${operation.name}`;
    case 'start-service':
      return `start the service ${operation.name}`;
    case 'stop-service':
      return `stop the service ${operation.name}`;
    case 'ask-protection':
      return `ask the system for its own ${operation.paths.join(', ')}`;
    case 'run-program':
      return `run ${operation.customAction.program} ${operation.customAction.arguments}`.trimEnd();
  }
}
