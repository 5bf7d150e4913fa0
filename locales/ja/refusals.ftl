## ファイルを受け付けなかった理由

parse-empty = 中身がありません。
parse-unknown_format = 形式を判別できません。対応する形式は `yagura formats` で確認できます。
parse-ambiguous = 複数の形式に当てはまります。--format で形式を指定してください。
parse-truncated = 途中で切れています。もう一度出力し直してください。
parse-malformed = 構文が壊れています。
parse-encoding = 文字コードが正しくありません。
parse-too_deep = 要素の入れ子が深すぎます。
parse-too_large = 一つの値が大きすぎます。
parse-entity = XML のエンティティ宣言や外部参照を含むため、安全のため読みません。
parse-version = この版の形式には対応していません。
parse-tool_error = ツールが結果ではなくエラーを出力しています。ツールの実行結果を確認してください。
parse-invalid = 形式が求める項目がないか、値が正しくありません。
parse-read = 読み取りの途中で失敗しました。
parse-stopped = 処理を中断しました。

intake-empty = 中身がありません。
intake-not_found = ファイルがありません。
intake-folder = フォルダです。中のファイルを指定してください。
intake-unreadable = ファイルを読み取れません。権限などを確認してください。
intake-broken_container = 圧縮ファイルが壊れているか、途中で切れています。
intake-unsupported_entry = 対応していない圧縮方法か、ファイルではない項目です。
intake-decompression_limit = 展開後の大きさが上限を超えるため、展開を中止しました（圧縮爆弾の疑い）。
intake-too_many_entries = 圧縮ファイルの中のファイルが多すぎます。
intake-nested_too_deep = 圧縮ファイルの入れ子が深すぎます。
intake-path_traversal = 圧縮ファイルの外を指すファイル名です（攻撃の疑い）。
intake-encrypted = パスワードで保護されています。保護を外してから渡してください。
intake-too_large = 受け付けられる大きさを超えています。
intake-spool = 一時ファイルを書き込めません。ディスクの空きを確認してください。
