## 対象の種別、領域、観測の種類

class-server = サーバ
class-workstation = 端末
class-mobile = 携帯端末
class-network = ネットワーク機器
class-printer = 複合機・プリンタ
class-iot = IoT・制御機器
class-device = 機器（種別不明）
class-person = 利用者
class-service = サービスアカウント
class-group = グループ
class-system = 情報システム
class-cloud_account = クラウドアカウント
class-cloud_resource = クラウド資源
class-image = コンテナイメージ
class-application = アプリケーション
class-repository = ソースコード
class-web_site = ウェブサイト
class-zone = ネットワーク区画
class-data_set = データセット
class-data_store = データ保管先

domain-device = 機器
domain-user = 利用者
domain-system = システム
domain-data = データ

kind-device_inventory = 機器の一覧
kind-user_inventory = 利用者の一覧
kind-system_inventory = システムの一覧
kind-data_inventory = データの一覧
kind-software_inventory = ソフトウェアの一覧
kind-vulnerability = 脆弱性の診断
kind-configuration = 設定の診断
kind-open_port = 開放ポートの診断
kind-malware = マルウェア対策の状態
kind-code = コード・ウェブアプリケーションの診断
kind-secret = 秘密情報の診断
kind-licence = ライセンスの診断
kind-detection = 検知
kind-data_security = データの所在の診断
kind-organisation_inventory = 組織の一覧
