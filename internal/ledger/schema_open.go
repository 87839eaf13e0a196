package ledger

// schemaOpen finds the few jobs that are not done among a million that are.
const schemaOpen = `
CREATE INDEX jobs_open ON jobs (id) WHERE status != 'done';
`
