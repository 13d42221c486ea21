"""Words for invented things: road names, family and given names, housing estates. None stands for a real one."""

from __future__ import annotations

TOWN_ROAD_STEMS = tuple(
    "洪楼 七里堡 花园中 华信 祝舜 辛祝 百花 闵子 甸新 利农 洪兴 海蔚 福润 鑫达 洪苑 富泉 龙信 世纪 "
    "全福 桑园 黄台 航运 清河 小辛 卧牛 华山 华阳 将军 荷花 临港 飞跃 稼轩 凤鸣 唐冶 围子山 春晖 世纪大道 "
    "烈士山 虞山 鲍山 开源 幸福 和顺 叔牙 钢城 郭店 虞舜 港源 机场 神武 旅泉 潘田 天齐 舜华 彩虹 玉龙 "
    "锦绣 锦阳 锦云 柳泉 突泉 涌泉 仲府 卧虎 玉符 云河 兴隆 康虹 新泺 文苑 学府 建新 工业 科创 银丰 "
    "春江 翡翠 枫林 梧桐 银杏 海棠 石榴 丁香 玉兰 金桂 松柏 青松 翠竹 劳动 团结 友谊 光明 朝阳 前进 长安".split()
)
TOWN_ROAD_ENDS = ("路", "街", "东路", "西路", "南街", "北街", "中路")

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石"
    "姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
SURNAME_WEIGHTS = tuple(1 / (rank + 4) for rank in range(len(SURNAMES)))

GIVEN_MALE = tuple(
    "伟 强 磊 军 勇 杰 涛 超 明 刚 平 辉 鹏 飞 波 斌 宇 浩 凯 健 俊 建国 建华 志强 国强 永强 志刚 建军 海涛 "
    "文涛 晓东 卫东 振华 德福 玉民 传玉 兆成 庆林 洪波 延波 光明 长青 子轩 浩然 宇航 俊杰 博文 家豪 明哲 一鸣 承志".split()
)
GIVEN_FEMALE = tuple(
    "芳 娜 敏 静 丽 艳 娟 霞 燕 玲 梅 洁 红 琳 颖 慧 雪 倩 萍 丹 秀英 桂英 秀兰 玉兰 桂兰 秀珍 淑珍 玉梅 春梅 "
    "海燕 晓燕 爱华 建英 凤英 素云 传芳 庆霞 丽娟 婷婷 晓丽 雨桐 欣怡 梓涵 诗涵 佳怡 思彤 可馨 若曦 语嫣 一诺".split()
)

ESTATE_FIRST = tuple(
    "锦绣 翡翠 阳光 万象 金桥 碧水 清河 龙泉 凤凰 紫薇 和平 幸福 明珠 丽景 世纪 祥和 东方 天鸿 银座 泉景 舜耕 历山 名士 恒生".split()
)
ESTATE_LAST = tuple("花园 家园 新村 小区 名苑 华庭 嘉园 公寓 雅居 宿舍 新城 佳苑".split())
SHOPS = tuple("超市 农贸市场 饭店 药店 便利店 五金店 宾馆 汽修店 快递站 理发店 商场 银行网点".split())
OFFICES = tuple("写字楼 社区服务中心 便民服务站 办公楼 科技园 卫生服务站 供电所 派出所".split())
SCHOOLS = tuple("小学 中学 幼儿园 实验小学 第二小学 职业学校".split())
FACTORIES = tuple("机械厂 食品厂 物流园 建材市场 汽配厂 仓储中心 冷库 包装厂".split())
