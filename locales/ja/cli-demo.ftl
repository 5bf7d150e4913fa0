## yagura demo

command-demo = 例のデータを作る
command-demo-generate = 架空の政府の報告をフォルダに書き出す
command-demo-generate-examples =
    yagura demo generate -o rei
    yagura demo generate --orgs 30 --devices 10000 --days 365 --seed 7 -o rei

argument-demo-generate-orgs = 府省の数（既定は 3）
argument-demo-generate-devices = 機器の総数（既定は 300）
argument-demo-generate-findings_per_device = 機器 1 台あたりの期間全体の検出の平均（既定は 20）
argument-demo-generate-days = 日数。各連携元の報告は週に 1 回（既定は 28）
argument-demo-generate-seed = 同じ数からは同じ報告ができる（既定は 1）
argument-demo-generate-output = 書き出すフォルダ。空か、まだないこと

demo-written = 組織 { $organisations } の報告 { $count } 件を書き出しました。取り込む順は { $plan } にあります
demo-in-use = フォルダが空ではありません。
demo-unwritable = 報告を書き出せませんでした。
