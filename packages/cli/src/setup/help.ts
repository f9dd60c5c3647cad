/** What `holdfast-setup --help` says. */
export const helpText = `holdfast-setup [parameters] [PROPERTY=value ...]

Makes this machine a client of a Holdfast site, mends one that is, or takes it away.
Without words it goes on with a set-up that is under way, or mends the client that is here.

Parameters (also as --name value), before all properties:
  /mp:URL[;URL]             management points, tried in this order
  /source:PATH              folder with a release, and perhaps holdfast-setup.json
  /retry:MINUTES            minutes between tries (a back-off of its own unless given)
  /downloadtimeout:MINUTES  minutes that a download may take (1440)
  /service                  hands the work over to the system and ends (usual on Windows)
  /noservice                does the work itself and ends with it (usual on Linux)
  /logon                    does nothing where a client is
  /forceinstall             uninstalls, then installs; state and identity are kept
  /uninstall                takes the client away
  --kind KIND               msi, deb, rpm or tar.gz in place of the usual one
  --dry-run                 says what would be done
  --json                    answers in JSON
  --folder PATH             state folder of the client
  --root PATH               managed root, as of holdfast-client enrol

Properties:
  TOKEN=HF1...              enrolment token (or environment HOLDFAST_TOKEN, which no list of processes shows)
  SITECODE=ABC              refuses a token of another site
  INSTALLDIR=PATH           where the client is installed (.msi and .tar.gz)
  CACHESIZE=MB              size of the client's cache
  LOGLEVEL=0..3             0 and 1 say everything, 2 warnings and errors, 3 errors alone
  KEEP=identity,cache,logs  what /uninstall leaves

Exit codes: 0 done, 6 failed, 7 a restart is needed (it goes on by itself), 8 another set-up is under way,
9 a prerequisite is missing, 10 what was received is not what was signed.

Examples:
  holdfast-setup /mp:https://holdfast.example:8443 TOKEN=HF1...
  holdfast-setup /source:/mnt/client TOKEN=HF1...
  holdfast-setup --dry-run --json
  holdfast-setup /uninstall KEEP=identity
`;
