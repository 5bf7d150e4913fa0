## yagura formats

command-formats = 読み取れる報告の形式と仕様の一覧
formats-count = 読み取れる形式: { $count } 種
formats-record = レコードの単位: { $unit }
