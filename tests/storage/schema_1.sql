-- A small ledger as schema version 1 held it, written out by SQLite: what the migration starts from.
PRAGMA application_id = 1667983732;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE about (
    account TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (account, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO "about" VALUES('ANN',5);
INSERT INTO "about" VALUES('ANN',7);
INSERT INTO "about" VALUES('ANN',9);
INSERT INTO "about" VALUES('ANN',11);
INSERT INTO "about" VALUES('BANK',3);
INSERT INTO "about" VALUES('BANK',8);
INSERT INTO "about" VALUES('BOB',6);
INSERT INTO "about" VALUES('BOB',8);
INSERT INTO "about" VALUES('BOB',9);
INSERT INTO "about" VALUES('BOB',10);
INSERT INTO "about" VALUES('ISSUER',4);
INSERT INTO "about" VALUES('ISSUER',7);
CREATE TABLE account (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    may_go_negative INTEGER NOT NULL CHECK (may_go_negative IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO "account" VALUES('ANN','holder',0);
INSERT INTO "account" VALUES('BANK','bank',1);
INSERT INTO "account" VALUES('BOB','holder',0);
INSERT INTO "account" VALUES('ISSUER','issuer',1);
CREATE TABLE asset (
    id TEXT PRIMARY KEY,
    places INTEGER NOT NULL,
    serialised INTEGER NOT NULL CHECK (serialised IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO "asset" VALUES('CEA',0,1);
INSERT INTO "asset" VALUES('CNY',2,0);
CREATE TABLE balance (
    account TEXT NOT NULL,
    asset TEXT NOT NULL,
    bucket TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    PRIMARY KEY (account, asset, bucket)
) STRICT, WITHOUT ROWID;
INSERT INTO "balance" VALUES('ANN','CEA','tradable',900);
INSERT INTO "balance" VALUES('ANN','CNY','tradable',480000);
INSERT INTO "balance" VALUES('BANK','CNY','tradable',-480000);
INSERT INTO "balance" VALUES('BOB','CEA','bought_today',0);
INSERT INTO "balance" VALUES('BOB','CEA','tradable',100);
INSERT INTO "balance" VALUES('BOB','CNY','tradable',0);
INSERT INTO "balance" VALUES('ISSUER','CEA','tradable',-1000);
CREATE TABLE block (
    asset TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL CHECK (last >= first AND first >= 1),
    account TEXT NOT NULL,
    bucket TEXT NOT NULL,
    PRIMARY KEY (asset, first)
) STRICT, WITHOUT ROWID;
INSERT INTO "block" VALUES('CEA',1,100,'BOB','tradable');
INSERT INTO "block" VALUES('CEA',101,1000,'ANN','tradable');
CREATE TABLE entry (
    sequence INTEGER NOT NULL,
    position INTEGER NOT NULL,
    account TEXT NOT NULL,
    asset TEXT NOT NULL,
    bucket TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    balance_after INTEGER NOT NULL,
    serials TEXT NOT NULL,
    PRIMARY KEY (sequence, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "entry" VALUES(7,0,'ISSUER','CEA','tradable',-1000,-1000,'[[1,1000]]');
INSERT INTO "entry" VALUES(7,1,'ANN','CEA','tradable',1000,1000,'[[1,1000]]');
INSERT INTO "entry" VALUES(8,0,'BANK','CNY','tradable',-480000,-480000,'[]');
INSERT INTO "entry" VALUES(8,1,'BOB','CNY','tradable',480000,480000,'[]');
INSERT INTO "entry" VALUES(9,0,'ANN','CEA','tradable',-100,900,'[[1,100]]');
INSERT INTO "entry" VALUES(9,1,'BOB','CEA','bought_today',100,100,'[[1,100]]');
INSERT INTO "entry" VALUES(9,2,'BOB','CNY','tradable',-480000,0,'[]');
INSERT INTO "entry" VALUES(9,3,'ANN','CNY','tradable',480000,480000,'[]');
INSERT INTO "entry" VALUES(10,0,'BOB','CEA','bought_today',-100,0,'[[1,100]]');
INSERT INTO "entry" VALUES(10,1,'BOB','CEA','tradable',100,100,'[[1,100]]');
CREATE TABLE record (
    sequence INTEGER PRIMARY KEY,
    command_id TEXT NOT NULL UNIQUE,
    recorded_at TEXT NOT NULL,
    body TEXT NOT NULL,
    digest TEXT NOT NULL
) STRICT;
INSERT INTO "record" VALUES(1,'define/CNY','2021-07-16T01:30:00+00:00','{"command":{"asset":["CNY",2,false],"command":"define_asset","effective_at":"2021-07-16T01:30:00+00:00","id":"define/CNY"},"entries":[],"previous":"0000000000000000000000000000000000000000000000000000000000000000","recorded_at":"2021-07-16T01:30:00+00:00","sequence":1}','b60adb81de3940bfb4d65be60d35b4fdcb042080f9f7c5a83b1dff9809dfbccb');
INSERT INTO "record" VALUES(2,'define/CEA','2021-07-16T01:30:00.000001+00:00','{"command":{"asset":["CEA",0,true],"command":"define_asset","effective_at":"2021-07-16T01:30:00+00:00","id":"define/CEA"},"entries":[],"previous":"b60adb81de3940bfb4d65be60d35b4fdcb042080f9f7c5a83b1dff9809dfbccb","recorded_at":"2021-07-16T01:30:00.000001+00:00","sequence":2}','7ad7b6ade420646b0cdaf82f2777ce2cd826b1a7dfc9f6468d077a8af6a5c330');
INSERT INTO "record" VALUES(3,'open/BANK','2021-07-16T01:30:00.000002+00:00','{"command":{"account":["BANK","bank",true],"command":"open_account","effective_at":"2021-07-16T01:30:00+00:00","id":"open/BANK"},"entries":[],"previous":"7ad7b6ade420646b0cdaf82f2777ce2cd826b1a7dfc9f6468d077a8af6a5c330","recorded_at":"2021-07-16T01:30:00.000002+00:00","sequence":3}','90f33a3f22ee3ff6eea38f6f103ee880441d326121d539e6ebebef0725a0a3de');
INSERT INTO "record" VALUES(4,'open/ISSUER','2021-07-16T01:30:00.000003+00:00','{"command":{"account":["ISSUER","issuer",true],"command":"open_account","effective_at":"2021-07-16T01:30:00+00:00","id":"open/ISSUER"},"entries":[],"previous":"90f33a3f22ee3ff6eea38f6f103ee880441d326121d539e6ebebef0725a0a3de","recorded_at":"2021-07-16T01:30:00.000003+00:00","sequence":4}','a6775e81de128798eee6f434b5d036cd517adbae2ebcfa01190cdc69c8ed989e');
INSERT INTO "record" VALUES(5,'open/ANN','2021-07-16T01:30:00.000004+00:00','{"command":{"account":["ANN","holder",false],"command":"open_account","effective_at":"2021-07-16T01:30:00+00:00","id":"open/ANN"},"entries":[],"previous":"a6775e81de128798eee6f434b5d036cd517adbae2ebcfa01190cdc69c8ed989e","recorded_at":"2021-07-16T01:30:00.000004+00:00","sequence":5}','4debd4b8773d693cd03780a6e7c9d5a9aac7affd766929ba34b6538be2fcfcf1');
INSERT INTO "record" VALUES(6,'open/BOB','2021-07-16T01:30:00.000005+00:00','{"command":{"account":["BOB","holder",false],"command":"open_account","effective_at":"2021-07-16T01:30:00+00:00","id":"open/BOB"},"entries":[],"previous":"4debd4b8773d693cd03780a6e7c9d5a9aac7affd766929ba34b6538be2fcfcf1","recorded_at":"2021-07-16T01:30:00.000005+00:00","sequence":6}','b6121c98478ff73331a1915d2899bc745332e64ecd2028c315e2c2f99845f1e2');
INSERT INTO "record" VALUES(7,'issue/1','2021-07-16T01:30:00.000006+00:00','{"command":{"command":"transfer","effective_at":"2021-07-16T01:30:00+00:00","id":"issue/1","legs":[{"asset":"CEA","quantity":1000,"serials":[[1,1000]],"source":["ISSUER","tradable"],"target":["ANN","tradable"]}],"reason":"allocate"},"entries":[["ISSUER","CEA","tradable",-1000,-1000,[[1,1000]]],["ANN","CEA","tradable",1000,1000,[[1,1000]]]],"previous":"b6121c98478ff73331a1915d2899bc745332e64ecd2028c315e2c2f99845f1e2","recorded_at":"2021-07-16T01:30:00.000006+00:00","sequence":7}','e93643924a63e26ef0b7241a40dd9db725e20eda30346b636fe1de9036cc3614');
INSERT INTO "record" VALUES(8,'pay/1','2021-07-16T01:30:00.000007+00:00','{"command":{"command":"transfer","effective_at":"2021-07-16T01:30:00+00:00","id":"pay/1","legs":[{"asset":"CNY","quantity":480000,"source":["BANK","tradable"],"target":["BOB","tradable"]}],"reason":"deposit"},"entries":[["BANK","CNY","tradable",-480000,-480000,[]],["BOB","CNY","tradable",480000,480000,[]]],"previous":"e93643924a63e26ef0b7241a40dd9db725e20eda30346b636fe1de9036cc3614","recorded_at":"2021-07-16T01:30:00.000007+00:00","sequence":8}','7808093a314b079f7e829643ff95f3c414cfca5e797e586db6e29fd473e9a50c');
INSERT INTO "record" VALUES(9,'trade/1','2021-07-16T01:30:00.000008+00:00','{"command":{"command":"transfer","effective_at":"2021-07-16T01:30:00+00:00","id":"trade/1","legs":[{"asset":"CEA","quantity":100,"serials":"from_left","source":["ANN","tradable"],"target":["BOB","bought_today"]},{"asset":"CNY","quantity":480000,"source":["BOB","tradable"],"target":["ANN","tradable"]}],"reason":"trade"},"entries":[["ANN","CEA","tradable",-100,900,[[1,100]]],["BOB","CEA","bought_today",100,100,[[1,100]]],["BOB","CNY","tradable",-480000,0,[]],["ANN","CNY","tradable",480000,480000,[]]],"previous":"7808093a314b079f7e829643ff95f3c414cfca5e797e586db6e29fd473e9a50c","recorded_at":"2021-07-16T01:30:00.000008+00:00","sequence":9}','abb70aafd51b56c72318baf1007246d2bfb5f64a157750561a3192156e7c6997');
INSERT INTO "record" VALUES(10,'release/1','2021-07-16T01:30:00.000009+00:00','{"command":{"command":"transfer","effective_at":"2021-07-17T01:30:00+00:00","id":"release/1","legs":[{"asset":"CEA","quantity":100,"serials":[[1,100]],"source":["BOB","bought_today"],"target":["BOB","tradable"]}],"reason":"release"},"entries":[["BOB","CEA","bought_today",-100,0,[[1,100]]],["BOB","CEA","tradable",100,100,[[1,100]]]],"previous":"abb70aafd51b56c72318baf1007246d2bfb5f64a157750561a3192156e7c6997","recorded_at":"2021-07-16T01:30:00.000009+00:00","sequence":10}','f90b734778a55bc50c7af34708e93987097c9a538421732eb45efa7f6563524d');
INSERT INTO "record" VALUES(11,'said/1','2021-07-16T01:30:00.000010+00:00','{"command":{"account":"ANN","command":"statement","effective_at":"2022-03-31T00:00:00+00:00","facts":{"note":"\u78b3","tonnes":"0","year":"2021"},"id":"said/1","stated":"verified_emissions"},"entries":[],"previous":"f90b734778a55bc50c7af34708e93987097c9a538421732eb45efa7f6563524d","recorded_at":"2021-07-16T01:30:00.000010+00:00","sequence":11}','e154e50608b0f518ff75cb1ee78ed01c0279c549a3b04fe0988afe9d6d39fa61');
CREATE INDEX entry_of_holding ON entry (account, asset, bucket, sequence);
CREATE INDEX block_of_holding ON block (account, asset, bucket, first);
CREATE TRIGGER record_is_not_changed BEFORE UPDATE ON record
    BEGIN SELECT RAISE(ABORT, 'a record is never changed'); END;
CREATE TRIGGER record_is_not_deleted BEFORE DELETE ON record
    BEGIN SELECT RAISE(ABORT, 'a record is never deleted'); END;
CREATE TRIGGER entry_is_not_changed BEFORE UPDATE ON entry
    BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
CREATE TRIGGER entry_is_not_deleted BEFORE DELETE ON entry
    BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END;
COMMIT;
