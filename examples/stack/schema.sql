CREATE TABLE IF NOT EXISTS visits (name text PRIMARY KEY, count integer NOT NULL);
