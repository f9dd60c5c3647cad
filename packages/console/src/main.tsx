/** Starts the console in the browser. */
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/dropzone/styles.css';
import './styles.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Problem } from './api/http.ts';
import { sessionQuery } from './api/session.ts';
import { router } from './router.tsx';
import { schemeManager, theme } from './theme.ts';

/** Only what may have gone by the next time is asked for again by itself. */
const worthRepeating = (thrown: Error) =>
  thrown instanceof Problem && (thrown.status === 0 || thrown.status >= 500);

const queries: QueryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 10_000, retry: (times, thrown) => times < 2 && worthRepeating(thrown) },
  },
  queryCache: new QueryCache({
    onError: (thrown) => {
      if (thrown instanceof Problem && thrown.status === 401)
        queries.setQueryData(sessionQuery.queryKey, null);
    },
  }),
});

const place = document.getElementById('root');
if (place === null) throw new Error('index.html has no element with the id root');
createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} colorSchemeManager={schemeManager} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <Notifications position="bottom-right" limit={4} />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
