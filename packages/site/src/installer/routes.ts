/** /content/:sha256/installer and /packages/:id/installer: what is in a Windows Installer package. */
import {
  InstallerDescription,
  InstallerFile,
  InstallerFilesQuery,
  InstallerPlan,
  InstallerPlanQuestion,
  InstallerQuery,
  InstallerRows,
  InstallerRowsQuery,
  InstallerTables,
  PageOf,
  RelativePath,
  Sha256,
  Uuid,
} from '@holdfast/contract';
import Type from 'typebox';
import type { SiteContext } from '../context.ts';
import { type Api, errors, IdParams } from '../http/api.ts';
import {
  describeContent,
  describePackaged,
  installerFiles,
  installerPlan,
  installerRows,
  installerTables,
} from './model.ts';

const strict = { additionalProperties: false } as const;
const HashParams = Type.Object({ sha256: Sha256 }, strict);
const TableParams = Type.Object({ id: Uuid, table: Type.String({ minLength: 1, maxLength: 64 }) }, strict);

/** Command lines name the package by its path: it is needed before the package is made. */
const ContentQuery = Type.Object({ path: RelativePath }, strict);

export function installerRoutes(api: Api, context: SiteContext): void {
  api.get(
    '/content/:sha256/installer',
    {
      schema: {
        summary: 'What an uploaded .msi says of itself, and the program that follows from it',
        params: HashParams,
        querystring: ContentQuery,
        response: { 200: InstallerDescription, ...errors },
      },
    },
    (request) => describeContent(context, request.params.sha256, request.query.path),
  );
  api.get(
    '/packages/:id/installer',
    {
      schema: {
        summary: 'What an .msi of a package says of itself',
        description: 'The first one by path, where none is named.',
        params: IdParams,
        querystring: InstallerQuery,
        response: { 200: InstallerDescription, ...errors },
      },
    },
    (request) => describePackaged(context, request.params.id, request.query.path),
  );
  api.get(
    '/packages/:id/installer/files',
    {
      schema: {
        summary: 'Files that an .msi of a package installs',
        params: IdParams,
        querystring: InstallerFilesQuery,
        response: { 200: PageOf(InstallerFile), ...errors },
      },
    },
    (request) => installerFiles(context, request.params.id, request.query),
  );
  api.post(
    '/packages/:id/installer/plan',
    {
      schema: {
        summary: 'What a command line would do with an .msi of a package, on a machine that is described',
        description: 'Changes nothing. The first .msi by path, where none is named.',
        params: IdParams,
        body: InstallerPlanQuestion,
        response: { 200: InstallerPlan, ...errors },
      },
    },
    (request) => installerPlan(context, request.params.id, request.body),
  );
  tableRoutes(api, context);
}

function tableRoutes(api: Api, context: SiteContext): void {
  api.get(
    '/packages/:id/installer/tables',
    {
      schema: {
        summary: 'Tables of an .msi of a package',
        params: IdParams,
        querystring: InstallerQuery,
        response: { 200: InstallerTables, ...errors },
      },
    },
    (request) => installerTables(context, request.params.id, request.query.path),
  );
  api.get(
    '/packages/:id/installer/tables/:table',
    {
      schema: {
        summary: 'Rows of a table of an .msi of a package',
        params: TableParams,
        querystring: InstallerRowsQuery,
        response: { 200: InstallerRows, ...errors },
      },
    },
    (request) => installerRows(context, request.params.id, request.params.table, request.query),
  );
}
