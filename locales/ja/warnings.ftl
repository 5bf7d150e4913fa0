## 読み取りの警告

warning-dropped_record = 取り込めないレコードを除外しました
warning-time_without_zone = 時刻に時間帯がないため、既定の時間帯とみなしました
warning-unreadable_time = 読み取れない時刻があります
warning-future_time = 未来の時刻があります
warning-unreadable_vector = 読み取れない CVSS ベクトルを除きました
warning-unknown_severity = 知らない深刻度の語があります
warning-asset_down = 停止中または到達できない資産があります（診断されていません）
warning-incomplete_scan = 診断が途中で終わっています（見えなかった範囲は診断範囲に含めません）
warning-uncredentialed = 認証なしの診断です（認証が必要な項目は見えていません）
warning-dangling_reference = 報告の中の参照先がありません
warning-figure_mismatch = 報告に書かれた数と中身が一致しません
warning-cut = 長すぎる値を切り詰めました
warning-unknown_column = 知らない列があります（備考として残しました）
warning-duplicate_key = 同じ項目が重複しています（最後の値を採りました）
warning-untested_version = 動作を確かめていない版の形式です
warning-unreadable_value = 読み取れない値を除きました

warned-title = 警告
warned-count = { $count } 件
warned-first = 最初の箇所: { $at }  { $detail }
