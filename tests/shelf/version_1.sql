PRAGMA application_id = 1414529025;
PRAGMA user_version = 454214;
BEGIN TRANSACTION;
CREATE TABLE descriptions (feed INTEGER PRIMARY KEY, summary TEXT NOT NULL);
INSERT INTO "descriptions" VALUES(1,'Of the sea.');
INSERT INTO "descriptions" VALUES(2,'');
INSERT INTO "descriptions" VALUES(3,'');
INSERT INTO "descriptions" VALUES(5,'1 file cannot be read.');
CREATE TABLE episodes (
    id TEXT PRIMARY KEY,
    feed INTEGER NOT NULL,
    guid TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    duration REAL,
    published REAL,                  -- seconds since 1970, as the feed says
    sort REAL NOT NULL,              -- the same, or a likely time where it says none or lies
    place INTEGER NOT NULL,          -- higher for what the feed lists first; below 0: a file that is gone
    seen REAL NOT NULL,
    audio TEXT,
    kind TEXT NOT NULL,              -- of the audio, no longer kept
    transcript TEXT,
    chapters TEXT,
    marks TEXT NOT NULL,
    keywords TEXT NOT NULL,
    link TEXT
);
INSERT INTO "episodes" VALUES('0db88edf6e2ac122',1,'g1','Title 1','Summary 1.',61.5,1767139200.0,1767139200.0,1,1767225600.0,'https://c.example/1.mp3','','https://sea.example/1.vtt','https://sea.example/1.json','[[0.0, "Start"], [30.0, "End"]]','waves
salt','https://sea.example/1');
INSERT INTO "episodes" VALUES('d6ab92fa04f73eb7',1,'g2','Title 2','Summary 2.',NULL,1767052800.0,1767052800.0,0,1767225600.0,'https://c.example/2.mp3','',NULL,NULL,'[]','',NULL);
INSERT INTO "episodes" VALUES('3b9613f4ed1b1b8b',1,'g0','Title 0','Summary 0.',NULL,1767225600.0,1767225600.0,2,1767225660.0,'https://c.example/0.mp3','',NULL,NULL,'[]','',NULL);
INSERT INTO "episodes" VALUES('1d58aadcad6f1790',2,'g7','Title 7','Summary 7.',NULL,1766620800.0,1766620800.0,1,1767225600.0,'https://c.example/7.mp3','',NULL,NULL,'[]','',NULL);
INSERT INTO "episodes" VALUES('de818569e8012d5d',2,'g8','Title 8','Summary 8.',NULL,1766534400.0,1766534400.0,0,1767225600.0,'https://c.example/8.mp3','',NULL,NULL,'[]','',NULL);
INSERT INTO "episodes" VALUES('5c8d4815fb24f0d7',3,'g9','Title 9','Summary 9.',NULL,1766448000.0,1766448000.0,0,1767225600.0,'https://c.example/9.mp3','',NULL,NULL,'[]','',NULL);
INSERT INTO "episodes" VALUES('5139b27a2c47930f',5,'key1','Chapter 1','Austen',60.0,1767225600.0,1767225600.0,1,1767225600.0,'/books/Emma/1.mp3','',NULL,NULL,'[]','',NULL);
CREATE TABLE feeds (
    number INTEGER PRIMARY KEY,
    first TEXT NOT NULL UNIQUE,      -- the address it was first known by: ids of episodes hang on it
    address TEXT NOT NULL,           -- where it is now
    title TEXT NOT NULL DEFAULT '',
    page TEXT NOT NULL DEFAULT '',
    folders TEXT NOT NULL DEFAULT '[]',
    etag TEXT NOT NULL DEFAULT '',
    modified TEXT NOT NULL DEFAULT '',
    fetched REAL,                    -- seconds since 1970, of the last good answer
    error TEXT NOT NULL DEFAULT '',
    origin TEXT NOT NULL DEFAULT '?',-- private origin that the listener chose, as JSON; empty: none; ?: of a list
    guid TEXT NOT NULL DEFAULT '',
    is_serial INTEGER NOT NULL DEFAULT 0,
    categories TEXT NOT NULL DEFAULT '[]',
    shows_categories INTEGER NOT NULL DEFAULT 0,
    keep INTEGER NOT NULL DEFAULT 0, -- taken over by the table of settings
    removed REAL                     -- when it was removed; it can be brought back until it is purged
, language TEXT NOT NULL DEFAULT '', own_title TEXT NOT NULL DEFAULT '');
INSERT INTO "feeds" VALUES(1,'https://sea.example/feed','https://sea.example/feed','Sea','https://sea.example/','[["Science", "Oceans"], ["News"]]','"e2"','Fri, 02 Jan 2026 00:00:00 GMT',1767225660.0,'','?','917393e3-1b1e-5cef-ace4-edaa54e1f810',1,'[["Science", "Earth"]]',1,0,NULL,'en-gb','Sea');
INSERT INTO "feeds" VALUES(2,'https://bugs.example/feed','https://bugs.example/feed','My bugs','','[]','','',1767225600.0,'bugs.example answers with 503.','?','',0,'[]',0,0,NULL,'','Bugs');
INSERT INTO "feeds" VALUES(3,'https://gone.example/feed','https://gone.example/feed','Gone','','[]','','',1767225600.0,'','?','',0,'[]',0,0,1767225600.0,'','Gone');
INSERT INTO "feeds" VALUES(4,'http://nas.home:8080/feed','http://nas.home:8080/new','Home','','[]','','',NULL,'','["http", "nas.home", 8080]','',0,'[]',0,0,NULL,'','');
INSERT INTO "feeds" VALUES(5,'file:///books/Emma','file:///books/Emma','Emma','','[["Books"]]','','',1767225600.0,'','?','',0,'[]',0,0,NULL,'','');
CREATE TABLE files (feed INTEGER, path TEXT, size INTEGER NOT NULL, modified INTEGER NOT NULL, key TEXT NOT NULL, tags TEXT NOT NULL, PRIMARY KEY (feed, path));
INSERT INTO "files" VALUES(5,'1.mp3',10,20,'key1','["Chapter 1", "Emma", "Austen", null, null, null, ""]');
CREATE TABLE news (id TEXT PRIMARY KEY);
INSERT INTO "news" VALUES('3b9613f4ed1b1b8b');
CREATE TABLE notes (id TEXT PRIMARY KEY, html TEXT NOT NULL);
INSERT INTO "notes" VALUES('0db88edf6e2ac122','<p>Notes of <b>1</b>.</p>');
CREATE TABLE numbering (id TEXT PRIMARY KEY, season INTEGER, number INTEGER, type TEXT NOT NULL, is_explicit INTEGER NOT NULL);
INSERT INTO "numbering" VALUES('0db88edf6e2ac122',2,3,'bonus',1);
INSERT INTO "numbering" VALUES('d6ab92fa04f73eb7',2,2,'',0);
CREATE TABLE pictures (id TEXT PRIMARY KEY, address TEXT NOT NULL);
INSERT INTO "pictures" VALUES('0db88edf6e2ac122','https://sea.example/1.jpg');
INSERT INTO "pictures" VALUES('https://sea.example/feed','https://sea.example/cover.jpg');
CREATE TABLE schedule (feed INTEGER PRIMARY KEY, ttl REAL NOT NULL, until REAL NOT NULL, is_refused INTEGER NOT NULL);
INSERT INTO "schedule" VALUES(1,7200.0,1767232800.0,0);
INSERT INTO "schedule" VALUES(2,0.0,1767226200.0,1);
CREATE TABLE settings (feed TEXT PRIMARY KEY, texts TEXT NOT NULL, updated REAL NOT NULL);
INSERT INTO "settings" VALUES('https://bugs.example/feed','{"speed": "1.2", "keep": "3"}',1767225605.0);
INSERT INTO "settings" VALUES('course','{"hidden": "yes"}',1767225606.0);
CREATE TABLE sizes (id TEXT PRIMARY KEY, size INTEGER NOT NULL);
INSERT INTO "sizes" VALUES('0db88edf6e2ac122',1234);
INSERT INTO "sizes" VALUES('5139b27a2c47930f',10);
CREATE TABLE unwanted (id TEXT PRIMARY KEY);
INSERT INTO "unwanted" VALUES('de818569e8012d5d');
CREATE INDEX episodes_by_feed ON episodes (feed);
COMMIT;
