"""Drugs as charts write them, by words alone: the everyday ones hold nobody up, those of the study are found."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_screener.terminology.coding import Concept
from tests.spec.plain_patient import judged as judged
from tests.spec.plain_patient import loaded, said


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


def rows(text: str) -> list[tuple[str, ...]]:
    return [tuple(part.strip() for part in line.split("|")) for line in lines(text)]


def drug(words: str) -> dict[str, Any]:
    taken = {"resourceType": "MedicationStatement", "status": "active", "effectiveDateTime": "2021-02-01"}
    return {**taken, "medicationCodeableConcept": {"text": words}}


EVERYDAY = lines("""
Lantus SoloStar 100 E/ml
Toujeo DoubleStar 300 E/ml 30-0-0-0
NovoRapid FlexPen 100 E/ml 8-6-8-0
Humalog KwikPen 100 units/mL
Tresiba FlexTouch 20 units nightly
Insulin Aspart Sanofi 100 E/ml
Ozempic 1 mg Injektionslösung
Wegovy 2.4 mg weekly
Trulicity 1,5 mg 1x/Woche
Mounjaro KwikPen 5 mg
Victoza 1.8 mg od
Januvia 100 mg 1-0-0
Janumet 50/1000
Forxiga 10 mg 1-0-0
Jardiance 10mg od
Eliquis 5 mg 1-0-1
Xarelto 20 mg 0-0-1
Lixiana 60 mg
Pradaxa 150mg BID
Plavix 75 mg 1-0-0
Brilique 90 mg 1-0-1
Efient 10 mg
Clexane 40 mg s.c.
Fragmin 5000 IE
Lasix 40 mg 1-0-0
Entresto 49/51 mg 1-0-1
Beloc-Zok mite 47,5 mg
Concor 5 mg
Norvasc 5 mg
Lipitor 20mg
Crestor 10 mg nocte
Ezetrol 10 mg
Inegy 10/40
Leqvio 284 mg
Nexium mups 20 mg
Pantozol 40 mg 1-0-0
Pentasa Sachet 2 g
Salofalk Granu-Stix 1,5 g
Asacol 800 mg MR tablets
Creon 25000 Kapseln
Ursofalk 250 mg
Imodium akut
Movicol Btl
MoviPrep Pulver
Zofran 4 mg
Voltaren resinat
Arcoxia 90 mg
Celebrex 200 mg
Novalgin 500 mg Filmtabletten
Tramal long 100
Targin 10/5
Lyrica 75mg caps
Neurontin 300
Cymbalta 60
Cipralex 10 mg
Zoloft 50 mg tablets
Seroquel XR 200
Xanax 0.5 mg prn
Ambien 10 mg qhs
Keppra 500 mg 1-0-1
Lamictal 100 mg
Depakine chrono 500
Madopar 125 T
Aricept 10 mg
Euthyrox 75
Synthroid 100 mcg daily
Fosamax 70 mg weekly
Actonel 35 mg
Forsteo 20 µg
Dekristol 20.000 IE
Calcimagon D3
Zyloric 300
Adenuric 80 mg
Omnic ocas
Vesikur 5 mg
Betmiga 50
Viagra 50 mg
Ventolin Evohaler 100 micrograms
Spiriva Respimat 2,5 µg
Berodual Dosieraerosol
Anoro Ellipta
Singulair 10
Aerius 5 mg
Zyrtec 10mg
Mucosolvan Saft
ACC 600
Augmentin 875/125 mg
Zithromax Z-Pak
Cipro 500 mg BID x 7 days
Bactrim DS
Macrobid 100 mg
Valtrex 1 g
Tamiflu 75 mg
Paxlovid 300/100
Diflucan 150 mg
Xalatan Augentropfen
Cosopt S
Hylo-Comod AT
Bepanthen Augensalbe
Microgynon 30
Yasmin 28
Mirena IUD
Vagifem
Nolvadex 20 mg
Arimidex 1 mg
Zoladex 3,6 mg
Ferinject 500 mg iv
Folsan 5 mg
Magnesium Verla 300
Kalinor Brausetabletten
NaCl 0,9% 500 ml
Ringer-Lactat 1000 ml
Glucose 5% 500 ml
Comirnaty Impfung
Boostrix Polio
Shingrix
Prevenar 20
Vaxigrip Tetra
Omnipaque 350
Dotarem
Propofol Lipuro 1%
Ultracain D-S forte
Rocephin 2 g i.v.
Tazobac 4,5 g
Meronem 1g
立普妥 20mg qn
络活喜 5mg qd
拜新同 30mg qd
代文 80mg
安博维 150mg qd
诺欣妥 100mg bid
倍林达 90mg bid
拜瑞妥 20mg qd
波立维75mg
可定 10mg qn
诺和灵30R 早12u 晚10u
来得时 12u 睡前皮下注射
诺和泰 0.5mg qw
诺和锐30 笔芯
格华止 0.5g tid
拜唐苹 50mg tid
捷诺维 100mg
安达唐10mg
达美康缓释片
优甲乐 50ug qd
钙尔奇D 600mg
罗盖全 0.25ug
福善美 70mg qw
耐信 40mg ivgtt
泮托拉唑钠肠溶胶囊
达喜 1g tid 嚼服
颇得斯安 1g qid
莎尔福栓
得每通 10000u
优思弗 250mg
易善复
思美泰
万托林 prn
思力华 18ug
孟鲁司特钠片(顺尔宁)10mg
仙特明 10mg
沐舒坦 30mg 入壶
可乐必妥 0.5g qd
舒普深 3g q12h
拜复乐 0.4g
罗氏芬 2g
达菲 75mg
西乐葆 0.2g
乐松 60mg tid
扶他林乳膏
奥施康定 10mg q12h
泰勒宁 1片 prn
来士普 10mg
思瑞康 25mg qn
思诺思 10mg qn
德巴金 0.5g bid
弥可保 0.5mg tid
美多芭 125mg tid
速尿 20mg iv
螺内酯片
可申达 10mg
罗沙司他胶囊 100mg tiw
开同 4片 tid
爱丽滴眼液
碘克沙醇注射液
复方甘草片
连花清瘟胶囊 4粒 tid
银杏叶提取物片
维生素D3 800IU
Vit D3 1000 IU
Vitamin B12 1000 mcg IM
Aspirin EC 81 mg
ASS 100 TAH
Calcium + Vitamin D
amoxicillin 875 mg + clavulanate 125 mg tablets
Amlodipin/Valsartan 5/160
Bisoprolol 2,5mg
co-amoxiclav 625mg
Senna 7.5 mg tablets
Paracetamol 500mg caplets
Doliprane 1000 mg
Levothyrox 75 µg
Kardégic 75
Spasfon Lyoc
Smecta
Adiro 100
Nolotil 575 mg cápsulas
Omeprazol 20 mg cápsulas
Enantyum 25 mg
Sintrom 4 mg
Tachipirina 1000
Cardioaspirin 100 mg
Glifage XR 500
Losartana 50 mg
Rivotril 2 mg
Crocin 650
Telma 40
Pan 40
Ecosprin 75
Thyronorm 50
Shelcal 500
Dolo 650
Augmentin 625 Duo
Panadol Osteo
Coversyl 5mg
Somac 40mg
Nexium Hp7
Karvea 150
Lipidil 145
Loxonin 60mg
Mucosta 100mg
Takecab 20mg
Gaster D 20
Norvasc OD
Magmitt 330
Glycomet GP 1
Marcumar nach INR
Previscan 20 mg
Xatral 10 mg LP
Eferox 100
Acupan 20 mg
Pantorc 20 mg
Coloxyl with senna
Zomig 2,5 mg
阿昔莫司胶囊 0.25g
萘莫司他 20mg
Calcium 500 mg + Vit D3 400 IE
Perindopril + Indapamid 4/1,25 mg
""")


@pytest.mark.parametrize("words", EVERYDAY)
def test_an_everyday_drug_holds_nobody_up(judged, words: str) -> None:
    assert judged(drug(words)).outcome.value == "candidate"


LOCAL = lines("""
Seretide Diskus 250
Symbicort Turbohaler 160/4,5
信必可都保 160/4.5
全再乐 1吸 qd
Foster 100/6
Trelegy Ellipta 92/55/22
Budenofalk 3 mg
Dymista Nasenspray
雷诺考特
Pred Forte eye drops
百力特滴眼液
Isopto-Max Augensalbe
Daivobet Gel
Fucicort Creme
皮炎平
派瑞松乳膏
Protopic 0,1 %
舒坦明软膏
Restasis
Xiidra
Efudix Creme
""")


@pytest.mark.parametrize("words", LOCAL)
def test_a_steroid_or_an_immunosuppressant_in_its_place_holds_nobody_up(judged, words: str) -> None:
    assert judged(drug(words)).outcome.value == "candidate"
    assert any(name.startswith("nonsystemic-") for name in loaded().terminology.classify(Concept((), words)))


FOUND = rows("""
Enbrel 50 mg 1x/Woche | E5 | met
Benepali 50 mg | E5 | met
Humira Pen 40 mg | E5 | met
Yuflyma 40 mg | E5 | met
修美乐 40mg q2w | E5 | met
安佳润 40mg | E5 | met
Cimzia 200 mg | E5 | met
Simponi 50 mg monatlich | E5 | met
Remsima SC 120 mg | E5 | met
类克 300mg ivgtt | E5 | met
益赛普 25mg biw | E5 | met
Nanozora 30 mg | E5 | met
RoActemra 162 mg s.c. | E5 | met
雅美罗 480mg | E5 | met
Kevzara 200 mg | E5 | met
安络定 100mg qd | E5 | met
Cosentyx 300 mg | E5 | met
倍捷乐 160mg | E5 | met
Tremfya 100 mg | E5 | met
喜开悦 600mg | E5 | met
Uzpruvo 45 mg | E5 | met
信美悦 200mg | E5 | met
Entyvio 300 mg i.v. | E5 | met
Orencia ClickJect 125 mg | E5 | met
倍力腾 600mg | E5 | met
泰爱 160mg qw | E5 | met
Xolair 150 mg | E5 | met
恩益坦 150mg | E5 | met
Dupixent 300 mg | E5 | met
卫力迦 1000mg | E5 | met
Grafalon 20 mg/ml | E5 | met
Tzield | E5 | met
泰立珂 | E5 | met
MabThera 1000 mg | E5 | met
Ruxience 500 mg iv | E5 | met
汉利康 500mg | E5 | met
得利妥 500mg | E5 | met
Ocrevus 600 mg | E5 | met
Kesimpta 20 mg | E5 | met
Minjuvi 200 mg | E5 | met
Tepkinly 48 mg | E5 | met
Zevalin | E5 | met
axi-cel | E5 | met
Prolia 60 mg alle 6 Monate | E5 | suspected
博优倍 60mg | E5 | suspected
Cuvitru 8 g weekly | E5 | suspected
静丙 20g x5天 | E5 | suspected
Zarzio 30 Mio | E5 | suspected
Mircera 75 µg | E5 | suspected
特比澳 15000U | E5 | suspected
Rebif 44 | E5 | suspected
Repatha SureClick 140 mg | E5 | suspected
信必乐 150mg | E5 | suspected
Ajovy 225 mg | E5 | suspected
恩加乐 120mg | E5 | suspected
Vabysmo | E5 | suspected
朗沐 | E5 | suspected
Enhertu 5.4 mg/kg | E5 | suspected
汉曲优 440mg | E5 | suspected
Imfinzi 1500 mg | E5 | suspected
开坦尼 6mg/kg | E5 | suspected
Carvykti | E5 | suspected
Hemlibra 150 mg | E5 | suspected
达泽优 300mg | E5 | suspected
Beyfortus | E5 | suspected
Berinert 1500 IE | E5 | suspected
Idefirix | E5 | suspected
bosakitug 100 mg | E5 | text-only
Lantarel 15 mg | E6 | met
Metex PEN 15 mg | E6 | met
metotrexato 15 mg | E6 | met
爱若华 10mg bid | E6 | met
Azafalk 75 mg | E6 | met
azatioprina 50 mg | E6 | met
Mycophenolat-Mofetil 500 mg | E6 | met
micofenolato 500 mg | E6 | met
Adoport 2 mg | E6 | met
新普乐可复 1mg qd | E6 | met
Sandimmun Optoral 100 mg | E6 | met
环胞素 50mg bid | E6 | met
Torisel 25 mg | E6 | met
Quensyl 200 mg | E6 | met
hidroxicloroquina 400 mg | E6 | met
Pleon RA 500 mg | E6 | met
Xeljanz 5 mg | E6 | met
乐复诺 50mg | E6 | met
颂狄多 6mg | E6 | met
热珀西亚 0.92mg | E6 | met
Velsipity 2 mg | E6 | met
Endoxan 800 mg iv | E6 | met
ciclofosfamida 50 mg | E6 | met
留可然 2mg | E6 | met
Metalcaptase 300 | E6 | met
Skilarence | E6 | suspected
特福尼 30mg bid | E6 | suspected
百悦泽 160mg bid | E6 | suspected
飞赫达 200mg bid | E6 | suspected
Esbriet 801 mg | E6 | suspected
玫满 50mg bid | E6 | suspected
Xeloda 1500 mg | E6 | suspected
Litalir 500 mg | E6 | suspected
FOLFOX | E6 | suspected
Lantus + Enbrel 50 mg | E5 | met
立普妥 20mg+美罗华 500mg | E5 | met
NaCl 0.9% 100 ml + MabThera 500 mg | E5 | met
Eliquis 5 mg, Humira 40 mg | E5 | met
阿司匹林、甲氨蝶呤10mg qw | E6 | met
Xarelto + Imurek 50 mg | E6 | met
Protopic 0,1% + Methotrexat 15 mg | E6 | met
Lantus + Zyxolin 10 mg | E5 | text-only
0.9%氯化钠100ml+某某新药100mg | E6 | text-only
""")


@pytest.mark.parametrize(("words", "criterion", "answer"), FOUND)
def test_a_drug_of_the_study_is_found_by_its_brand(judged, words: str, criterion: str, answer: str) -> None:
    found = judged(drug(words))
    assert said(found, criterion) == answer
    assert found.outcome.value != "candidate"


STEROIDS = rows("""
Decortin H 5 mg | prednisolone
Dacortin H 5 mg | prednisolone
Dacortin 5 mg | prednisone
Solupred 20 mg | prednisolone
Hydrocortancyl | prednisolone
Cortancyl 5 mg | prednisone
Deltacortene 25 mg | prednisone
prednisona 10 mg | prednisone
Lodotra 5 mg | prednisone
Wysolone 10 | prednisolone
Medrone 16 mg | methylprednisolone
metilprednisolona 16 mg | methylprednisolone
美卓乐 16mg qd | methylprednisolone
强的松 10mg qd | prednisone
Dectancyl 0,5 mg | dexamethasone
利美达松 4mg iv | dexamethasone
Bentelan 1 mg | betamethasone
Celestamine 2x1 | betamethasone
Efmody 10 mg | hydrocortisone
Calcort 6 mg | deflazacort
Kortison 20 mg | class
Symbicort + Prednisolon 20 mg | prednisolone
""")


@pytest.mark.parametrize(("words", "ingredient"), STEROIDS)
def test_a_systemic_steroid_is_found_by_its_brand(words: str, ingredient: str) -> None:
    assert loaded().terminology.classify(Concept((), words))["systemic-glucocorticoids"].ingredient == ingredient


OTHERS = rows("""
必妥维 1片 qd | hiv-treatment
Cabenuva 600/900 mg | hiv-treatment
恒沐 25mg qd | hepatitis-b-antivirals
Rifadin 300 mg | tuberculosis-core-drugs
环丝氨酸胶囊 | tuberculosis-companion-drugs
Marcumar nach INR | anticoagulants
Previscan 20 mg | anticoagulants
""")


@pytest.mark.parametrize(("words", "name"), OTHERS)
def test_a_drug_of_another_criterion_is_found_by_its_brand(words: str, name: str) -> None:
    assert name in loaded().terminology.classify(Concept((), words))
